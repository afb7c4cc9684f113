// The documents: list, reading, adding, removing; and the scope of a question, which is chosen from them.
import { $, $$, api, json, make, put, say, toast, translate } from './words.js';
import * as chat from './chat.js';
import { forget } from './source.js';
import { upload } from './upload.js';

const MANY = 12; // choices among which one would rather search
let rows = [], examples = [], state = 'loading', problem = '', reading = '';

export async function refresh() {
  for (let wait = 250; ; wait = Math.min(wait * 1.4, 2000)) {
    try {
      const told = await json('status');
      state = told.state; problem = told.problem || '';
      if (state !== 'loading') { rows = told.documents || []; break; }
    } catch { /* the server is away; the banner says so */ }
    stock();
    await new Promise(r => setTimeout(r, wait));
  }
  stock(); list(); scopeLine(); drop();
  examples = rows.length ? await json('examples?lang=' + window.wenju.lang).catch(() => []) : [];
  stock();
}

function stock() {
  const line = $('#stock');
  if (state === 'loading') return void put(line, 'docs.waiting');
  if (state === 'failed') return void put(line, 'error.engine', problem);
  delete line.dataset.t;
  const dates = rows.every(r => r.date) ? rows.map(r => r.date).sort() : []; // a range of a few would say too much
  line.textContent = !rows.length ? say('hero.none')
    : say('hero.scope', rows.length, rows.reduce((n, r) => n + r.passages, 0)) + (dates.length ? say('hero.dates', dates[0], dates.at(-1)) : '');
  const chips = examples.map(q => { const b = make('button', { type: 'button', className: 'chip', textContent: q }); b.dataset.ask = ''; return make('li', {}, b); });
  $('#try').replaceChildren(...(chips.length ? [put(make('h2', { className: 'lbl' }), 'hero.try'), make('ul', { className: 'chips' }, ...chips)] : []));
}

function drop() { put($('#drop'), 'docs.drop', 'txt、md、html、docx、pdf', window.wenju.limits.mb); }

function list() {
  const wanted = $('#dfind').value.trim().toLowerCase();
  const shown = rows.filter(r => !wanted || [r.label, r.publication, r.date, ...r.authors, ...r.titles].join(' ').toLowerCase().includes(wanted));
  $('#rows').replaceChildren(...shown.map(row));
  if (!shown.length && state === 'ready') $('#rows').append(put(make('li', { className: 'none' }), rows.length ? 'docs.none' : 'docs.empty'));
}

function row(r) {
  const el = make('li', { className: 'doc' });
  const open = make('button', { type: 'button', className: 'dtitle', textContent: r.label });
  open.onclick = () => openDocument(r.id);
  const meta = [r.publication, r.date, r.page && say('panel.page', r.page), say('docs.count', r.articles, r.passages)].filter(Boolean).join(' · ');
  const inside = r.titles.length > 1 ? r.titles.slice(0, 6).join('　') + (r.titles.length > 6 ? '　…' : '') : r.authors.join('、');
  const only = put(make('button', { type: 'button', className: 'btn' }), 'docs.only');
  only.onclick = () => { chat.setScope({ sources: [r.id] }); scopeLine(); go('chat'); $('#ask').focus(); };
  const away = put(make('button', { type: 'button', className: 'btn quiet' }), 'docs.remove');
  away.onclick = () => remove(r, away);
  only.setAttribute('aria-label', `${say('docs.only')}：${r.label}`); away.setAttribute('aria-label', `${say('docs.remove')}：${r.label}`);
  el.append(make('div', { className: 'dwhat' }, open, make('p', { className: 'meta', textContent: meta }), make('p', { className: 'snip', textContent: inside })), make('div', { className: 'dacts' }, only, away));
  return el;
}

async function remove(r, button) {
  button.disabled = true;
  try {
    await api(`documents/${encodeURIComponent(r.id)}`, undefined, 'DELETE');
    const name = r.title || r.id;
    toast(say('docs.removed', name), { label: say('undo'), run: async () => {
      try { await api(`restore/${encodeURIComponent(r.id)}`, {}); toast(say('docs.restored', name)); } catch (error) { toast(error.message); }
      forget(); refresh();
    } });
    forget(); await refresh();
  } catch (error) { toast(error.message); button.disabled = false; }
}

export function go(view) {
  for (const name of ['chat', 'docs']) {
    $(`#view-${name}`).hidden = name !== view;
    const tab = $(`[data-view="${name}"]`);
    name === view ? tab.setAttribute('aria-current', 'page') : tab.removeAttribute('aria-current');
  }
  if (view === 'docs') { $('#reader').hidden = true; $('#shelf').hidden = false; list(); }
  const hash = view === 'docs' ? '#documents' : '';
  if (location.hash !== hash) history.replaceState(null, '', location.pathname + location.search + hash);
}

export async function openDocument(id, passage = '') {
  go('docs'); reading = id;
  $('#shelf').hidden = true; $('#reader').hidden = false;
  $('#r-text').replaceChildren(); $('#r-title').textContent = ''; $('#r-meta').textContent = '';
  try {
    const doc = await json(`documents/${encodeURIComponent(id)}`);
    if (reading !== id) return;
    $('#r-title').textContent = doc.label;
    $('#r-meta').textContent = [doc.publication, doc.date].filter(Boolean).join(' · ');
    $('#r-outline').hidden = !doc.outline.length;
    $('#r-outline').open = window.matchMedia('(min-width: 1024px)').matches;
    $('#r-outline ol').replaceChildren(...doc.outline.map(item => {
      const b = make('button', { type: 'button', textContent: item.text, onclick: () => jump(item.id) });
      return make('li', { className: 'l' + item.level }, b);
    }));
    stretch(doc);
    for (let next = doc.next; passage && next && !find(passage);) next = stretch(await json(`documents/${encodeURIComponent(id)}?offset=${next}`));
    passage ? jump(passage) : $('#r-title').focus({ preventScroll: true });
  } catch (error) { $('#r-text').replaceChildren(make('p', { className: 'fault', textContent: error.message })); }
}

const find = id => $(`#r-text [data-pid="${CSS.escape(id)}"]`);

function stretch(doc) {
  $('#r-text .more')?.remove();
  const part = make('div'); part.innerHTML = doc.html; translate(part);
  $('#r-text').append(...part.childNodes);
  if (doc.next) {
    const more = put(make('button', { type: 'button', className: 'btn more' }), 'docs.more');
    more.onclick = async () => stretch(await json(`documents/${encodeURIComponent(doc.id)}?offset=${doc.next}`));
    $('#r-text').append(more);
  }
  return doc.next;
}

function jump(id) {
  const target = find(id);
  if (!target) return;
  $$('.lit', $('#r-text')).forEach(e => e.classList.remove('lit'));
  target.classList.add('lit'); target.tabIndex = -1;
  target.scrollIntoView({ block: 'center' }); target.focus({ preventScroll: true });
}

async function add(files) {
  await upload(files, $('#ups'));
  forget(); refresh();
}

function scopeLine() {
  const s = chat.scope, label = $('#scope-now span, #scope-now');
  const names = [...(s.sources || []).map(id => rows.find(r => r.id === id)?.label || id), ...(s.publications || []), ...(s.authors || [])];
  const dates = s.since || s.until ? [`${s.since || '…'}–${s.until || '…'}`] : [];
  const all = [...names, ...dates];
  const el = $('#scope-now').firstElementChild || label;
  if (!all.length) { delete el.dataset.a0; put(el, 'ask.scope'); } else put(el, 'ask.scoped', all[0] + (all.length > 1 ? ` +${all.length - 1}` : ''));
  $('#scope').classList.toggle('on', all.length > 0);
}

function chooseScope() {
  const dialog = $('#d-scope'), form = $('form', dialog), s = chat.scope;
  const groups = [
    ['scope.docs', 'sources', rows.map(r => [r.id, r.label])],
    ['scope.pubs', 'publications', [...new Set(rows.map(r => r.publication).filter(Boolean))].map(p => [p, p])],
    ['scope.authors', 'authors', [...new Set(rows.flatMap(r => r.authors))].map(a => [a, a])],
  ];
  $('#ds-body').replaceChildren(...groups.filter(g => g[2].length).map(([key, name, options]) => make('fieldset', {}, put(make('legend'), key), make('div', { className: 'ticks' }, ...options.map(([value, text]) => make('label', { className: 'tick' }, make('input', { type: 'checkbox', name, value, checked: (s[name] || []).includes(value) }), make('span', { textContent: text })))))));
  const find = $('#ds-find input'), ticks = $$('.tick', dialog);
  $('#ds-find').hidden = ticks.length < MANY; find.value = '';
  find.oninput = () => { for (const t of ticks) t.hidden = !t.textContent.toLowerCase().includes(find.value.trim().toLowerCase()); };
  form.since.value = s.since || ''; form.until.value = s.until || '';
  dialog.returnValue = ''; dialog.showModal();
  dialog.onclose = () => {
    if (dialog.returnValue !== 'ok') return;
    const picked = name => $$(`input[name=${name}]:checked`, form).map(i => i.value);
    chat.setScope({ sources: picked('sources'), publications: picked('publications'), authors: picked('authors'), since: form.since.value, until: form.until.value });
    scopeLine();
  };
}

export function startShelf() {
  for (const b of $$('[data-view]')) b.onclick = () => go(b.dataset.view);
  $('#back').onclick = () => go('docs');
  $('#dfind').oninput = list;
  $('#add').onclick = () => $('#files').click();
  $('#files').onchange = async e => { const files = [...e.target.files]; e.target.value = ''; await add(files); };
  $('#scope').onclick = chooseScope;
  $('#ds-clear').onclick = () => { chat.setScope({}); scopeLine(); $('#d-scope').close(); };
  const view = $('#view-docs');
  view.addEventListener('dragover', e => { e.preventDefault(); $('#drop').classList.add('over'); });
  view.addEventListener('dragleave', () => $('#drop').classList.remove('over'));
  view.addEventListener('drop', e => { e.preventDefault(); $('#drop').classList.remove('over'); add([...e.dataTransfer.files]); });
  for (const event of ['wenju:lang', 'wenju:talk']) window.addEventListener(event, () => { stock(); scopeLine(); if (event === 'wenju:lang') list(); });
  if (location.hash === '#documents') go('docs');
  drop(); refresh();
}
