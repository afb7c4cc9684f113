// Conversations in the browser's storage. Read before every write, so that two tabs do not overwrite each other.
import { say, toast } from './words.js';

const KEY = 'wenju.talks';
const MOST = 60;

function read() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) || '[]');
    return Array.isArray(stored) ? stored.filter(t => t && typeof t.id === 'string' && Array.isArray(t.turns)) : [];
  } catch { return []; }
}

function write(talks) {
  let kept = talks.sort((a, b) => b.updated - a.updated).slice(0, MOST), lost = false;
  for (;;) {
    try { localStorage.setItem(KEY, JSON.stringify(kept)); break; } catch {
      if (kept.length <= 1) { lost = true; break; }
      kept = kept.slice(0, -1); lost = true;
    }
  }
  if (lost) toast(say('storage.full'));
}

export const all = () => read().sort((a, b) => b.updated - a.updated);
export const get = id => read().find(t => t.id === id);
export function save(talk) { write([talk, ...read().filter(t => t.id !== talk.id)]); }
export function drop(id) { write(read().filter(t => t.id !== id)); }
export const onOther = run => window.addEventListener('storage', e => { if (e.key === KEY) run(); });

// Which conversation this tab shows, and the question being written: they survive a reload, each tab has its own.
export const here = {
  get talk() { return sessionStorage.getItem('wenju.talk') || ''; },
  set talk(id) { try { sessionStorage.setItem('wenju.talk', id); } catch { /* not worth a word */ } },
  get draft() { return sessionStorage.getItem('wenju.draft') || ''; },
  set draft(text) { try { sessionStorage.setItem('wenju.draft', text); } catch { /* not worth a word */ } },
};
