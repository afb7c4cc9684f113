// The list of conversations: open, search, rename, delete, export.
import { $, $$, api, make, put, say, toast } from './words.js';
import * as store from './store.js';
import * as chat from './chat.js';
import { go } from './shelf.js';

const wide = () => window.matchMedia('(min-width: 1024px)').matches;

function list() {
  const wanted = $('#find').value.trim().toLowerCase();
  const every = store.all();
  const shown = every.filter(t => !wanted || [t.title, ...t.turns.flatMap(x => [x.question, x.text])].join(' ').toLowerCase().includes(wanted));
  $('#talks').replaceChildren(...shown.map(row));
  if (!shown.length) $('#talks').append(put(make('li', { className: 'none' }), every.length ? 'chat.nomatch' : 'chat.none'));
}

function row(talk) {
  const title = talk.title || say('chat.untitled');
  const open = make('button', { type: 'button', className: 'talk', textContent: title, title });
  if (chat.current()?.id === talk.id) open.setAttribute('aria-current', 'true');
  open.onclick = () => { go('chat'); chat.show(talk.id); close(); };
  const menu = make('details', { className: 'more' }, make('summary', { textContent: '⋯' }));
  menu.firstChild.setAttribute('aria-label', say('chat.more', title));
  const item = (key, run) => { const b = put(make('button', { type: 'button' }), key); b.onclick = () => { menu.open = false; run(); }; return b; };
  menu.append(make('div', { className: 'menu' }, item('chat.rename', () => rename(talk)), item('chat.export.md', () => save(talk, 'md')), item('chat.export.docx', () => save(talk, 'docx')), item('chat.delete', () => remove(talk))));
  menu.addEventListener('toggle', () => { if (menu.open) $$('#talks details[open]').forEach(d => { if (d !== menu) d.open = false; }); });
  return make('li', {}, open, menu);
}

function rename(talk) {
  const dialog = $('#d-name'), input = $('input', dialog);
  input.value = talk.title; dialog.returnValue = ''; dialog.showModal(); input.select();
  dialog.onclose = () => {
    if (dialog.returnValue !== 'ok' || !input.value.trim()) return;
    const title = input.value.trim(), open = chat.current();
    if (open?.id === talk.id) open.title = title;
    store.save({ ...store.get(talk.id), title });
    list();
  };
}

function remove(talk) {
  const kept = store.get(talk.id), open = chat.current()?.id === talk.id;
  if (open) chat.begin();
  store.drop(talk.id); list();
  toast(say('chat.deleted', talk.title), { label: say('undo'), run: () => { store.save(kept); list(); } });
}

async function save(talk, kind) {
  try {
    const { title, turns } = store.get(talk.id);
    const file = await (await api('export', { title: title || say('chat.untitled'), kind, turns: turns.filter(t => t.text || t.state === 'done') })).blob();
    const name = (title || 'wenju').replace(/[\\/:*?"<>|]/g, '_').slice(0, 60);
    const link = make('a', { href: URL.createObjectURL(file), download: `${name}.${kind}` });
    document.body.append(link); link.click(); link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  } catch (error) { toast(error.message); }
}

function show(on) {
  document.documentElement.dataset.side = on ? 'open' : 'closed';
  $('#menu').setAttribute('aria-expanded', String(on));
  $('#veil').hidden = !on || wide();
}

export function close() { if (!wide()) show(false); }

export function startTalks() {
  show(wide());
  window.matchMedia('(min-width: 1024px)').addEventListener('change', () => show(wide()));
  $('#menu').onclick = () => { const on = document.documentElement.dataset.side !== 'open'; show(on); if (on && !wide()) $('#new').focus(); };
  $('#veil').onclick = close;
  $('#new').onclick = () => { go('chat'); chat.begin(); close(); };
  $('#brand').onclick = e => { if (!e.ctrlKey && !e.metaKey) { e.preventDefault(); go('chat'); chat.begin(); } };
  $('#find').oninput = list;
  document.addEventListener('click', e => { if (!e.target.closest('details.more')) $$('#talks details[open]').forEach(d => { d.open = false; }); });
  for (const event of ['wenju:talk', 'wenju:lang']) window.addEventListener(event, list);
  store.onOther(list);
  list();
}
