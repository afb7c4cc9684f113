// The connection to the server: is it up, was it restarted, is an answer still on its way.
import { $ } from './words.js';

const SILENT = 2500, EVERY = 8000;
let ok = true, boot = '', timer = 0;
const waiting = [];
window.addEventListener('wenju:ready', () => waiting.splice(0).forEach(run => run()));

export const up = () => ok;

// Gradio's own start may still be under way when the page is already usable: the question waits for it.
export function whenReady(run) { if (window.wenjuBridge) run(); else waiting.push(run); }

// Calls ``lost`` when an answer has been silent and the server that was writing it is gone.
export function watch(silence, lost) {
  rest();
  timer = setInterval(async () => {
    const quiet = silence();
    if (quiet === false || quiet === null) return rest();
    if (quiet > SILENT && !(await probe())) lost();
  }, 1000);
}

export function rest() { clearInterval(timer); timer = 0; }

// Asks whether the server is there; true when it is the same one as before.
export async function probe() {
  try {
    const answer = await fetch('healthz', { cache: 'no-store', signal: AbortSignal.timeout(4000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const now = (await answer.json()).boot;
    const restarted = boot && now !== boot;
    boot ||= now;
    // Another process: Gradio's session died with the old one. The conversation and the draft are stored, so begin anew.
    if (restarted) { window.dispatchEvent(new Event('wenju:restart')); location.reload(); return false; }
    set(true);
    return true;
  } catch { set(false); return false; }
}

function set(now) {
  if (ok === now) return;
  ok = now;
  $('#banner').hidden = ok;
  if (!ok) retry();
}

function retry() { setTimeout(async () => { if (!(await probe())) retry(); }, 1000); }

export function startLink() {
  window.addEventListener('offline', () => probe());
  window.addEventListener('online', () => probe());
  document.addEventListener('visibilitychange', () => { if (!document.hidden) probe(); });
  probe();
  setInterval(() => { if (!document.hidden && ok) probe(); }, EVERY);
}
