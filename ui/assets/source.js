// The source panel: a quotation in its document, marked in the cleaned text and in the original file.
import { $, $$, copyText, json, make, put, say, toast, translate } from './words.js';
import { openDocument } from './shelf.js';

const cache = new Map();
let turn = null, at = 0, opener = null, place = null, mode = 'html';

const panel = () => $('#panel');
const keyOf = q => `${q.p}|${JSON.stringify(q.spans || [])}`;

export function forget() { cache.clear(); }

function fetchPlace(query) {
  const key = keyOf(query);
  if (!cache.has(key)) {
    if (cache.size > 60) cache.delete(cache.keys().next().value);
    const asked = json('place', query);
    cache.set(key, asked);
    asked.catch(() => cache.delete(key));
  }
  return cache.get(key);
}

const queryOf = q => ({ p: q.passage, spans: q.spans, text: q.text, focus: q.focus || '' });

// The first quotations of a finished answer are fetched ahead, so that a click shows them at once.
export async function prefetch(finished) {
  for (const quote of finished.quotes.slice(0, 8)) await fetchPlace(queryOf(quote)).catch(() => 0);
}

export async function openCite(from, number, anchor) {
  turn = from; at = number; opener = anchor || opener;
  const quote = turn?.quotes[number - 1];
  marks();
  if (quote) await open(queryOf(quote), anchor);
}

export async function openPassage(id, anchor) {
  turn = null; at = 0; opener = anchor || null;
  marks();
  await open({ p: id, spans: [], text: '', focus: '' }, anchor);
}

// The panel makes the conversation narrower and its lines more: what is being read stays at its height.
function still(anchor, change) {
  const scroll = $('#scroll'), before = anchor?.getBoundingClientRect().top;
  change();
  if (!anchor || !scroll.contains(anchor)) return;
  scroll.scrollTop += anchor.getBoundingClientRect().top - before;
  if (panel().hidden || window.innerWidth >= 768) return;
  const under = anchor.getBoundingClientRect().bottom + 12 - panel().getBoundingClientRect().top;
  if (under > 0) scroll.scrollTop += under; // nor does the sheet of a phone cover it
}

async function open(query, anchor) {
  still(anchor, () => { panel().hidden = false; document.documentElement.dataset.panel = 'open'; });
  const wanted = keyOf(query);
  panel().dataset.wanted = wanted;
  try {
    const found = await fetchPlace(query);
    if (panel().dataset.wanted === wanted) { place = found; draw(); }
  } catch (error) {
    if (panel().dataset.wanted === wanted) { place = null; gone(error.status === 404 ? 'panel.gone' : 'error.load'); }
  }
  panel().focus({ preventScroll: true });
}

function gone(key) {
  $('#p-title').textContent = say('panel.label'); $('#p-meta').textContent = ''; $('#p-note').replaceChildren();
  $('#p-doc').replaceChildren(put(make('p', { className: 'fault' }), key));
  $('.pfoot').hidden = true; walk();
}

function draw() {
  $('.pfoot').hidden = false;
  $('#p-title').textContent = place.title;
  const facts = [place.byline || say('panel.unknown'), place.publication, place.date && make('span', { className: 'nb', textContent: place.date }), place.page && say('panel.page', place.page), place.paragraph && say('panel.paragraph', place.paragraph)];
  $('#p-meta').replaceChildren(...facts.filter(Boolean).flatMap((fact, i) => (i ? [' · ', fact] : [fact])));
  const notes = [];
  if (turn && place.matches) notes.push(put(make('span', { className: 'ok' }), 'panel.verified'));
  if (!place.matches) notes.push(put(make('span', { className: 'warn' }), 'panel.changed'));
  if (place.joined) notes.push(put(make('span', { className: 'cutnote' }), 'panel.cut', place.pieces), ...pieces());
  $('#p-note').replaceChildren(...notes);
  $('#p-doc').innerHTML = place[mode];
  translate($('#p-doc'));
  for (const b of $$('[data-mode]', panel())) b.setAttribute('aria-pressed', String(b.dataset.mode === mode));
  walk(); toMark();
}

// A passage that the layout cut: one button for each place.
function pieces() {
  return Array.from({ length: place.pieces }, (_, i) => {
    const button = put(make('button', { type: 'button', className: 'mini' }), 'panel.piece', i + 1);
    button.onclick = () => toMark(i);
    return button;
  });
}

function toMark(piece = 0) {
  const marks = $$('mark', $('#p-doc')), homes = $$('.home', $('#p-doc'));
  let target = marks[0] || $('[data-here]', $('#p-doc'));
  if (piece > 0 && mode === 'html') target = marks.find(m => Number(m.dataset.piece) >= piece) || $$('[data-here] .cut', $('#p-doc'))[piece - 1] || target;
  if (piece > 0 && mode === 'raw') target = [...marks, ...homes].filter(m => apart(m, marks[0] || homes[0])).sort((a, b) => a.offsetTop - b.offsetTop).at(-1) || target;
  target?.closest('details')?.setAttribute('open', '');
  if (!target) return;
  const view = $('#p-doc'), row = target.getBoundingClientRect(), frame = view.getBoundingClientRect();
  view.scrollTop += row.top - frame.top - Math.max(24, frame.height * 0.28);
}

const apart = (a, b) => b && Math.abs(a.offsetTop - b.offsetTop) > 60;

function walk() {
  const many = turn?.quotes.length || 0;
  $('#p-walk').hidden = !turn;
  if (turn) $('#p-count').textContent = say('panel.count', at, many);
  $('#p-prev').disabled = at <= 1; $('#p-next').disabled = at >= many;
}

function step(by) {
  const next = at + by;
  if (turn && next >= 1 && next <= turn.quotes.length) openCite(turn, next);
}

function marks() {
  $$('[aria-current="true"]', $('#log')).forEach(a => a.removeAttribute('aria-current'));
  if (turn) $$(`[data-turn="${turn.id}"] [data-n="${at}"]`, $('#log')).forEach(a => a.setAttribute('aria-current', 'true'));
}

export function closePanel(back = false) {
  if (panel().hidden) return;
  const frame = $('#scroll').getBoundingClientRect();
  still(document.elementFromPoint(frame.left + frame.width / 2, frame.top + 24), () => { panel().hidden = true; delete document.documentElement.dataset.panel; });
  const target = turn && $(`[data-turn="${turn.id}"] .cite[data-n="${at}"]`, $('#log')) || opener;
  turn = null; place = null; marks();
  if (back) target?.isConnected ? target.focus() : $('#ask').focus();
}

export function startSource() {
  $('#p-close').onclick = () => closePanel(true);
  $('#p-prev').onclick = () => step(-1);
  $('#p-next').onclick = () => step(1);
  for (const b of $$('[data-mode]', panel())) b.onclick = () => { mode = b.dataset.mode; if (place) draw(); };
  $('#p-cite').onclick = async () => { await copyText(place.reference); toast(say('panel.cited')); };
  $('#p-link').onclick = async () => {
    const address = new URL(location.pathname, location.origin);
    address.searchParams.set('p', place.id);
    await copyText(address.href); toast(say('panel.linked'));
  };
  $('#p-open').onclick = () => { const { source, id } = place; closePanel(); openDocument(source, id); };
  panel().addEventListener('keydown', e => {
    if (e.key === 'ArrowLeft') step(-1);
    if (e.key === 'ArrowRight') step(1);
  });
  window.addEventListener('wenju:lang', () => { if (!panel().hidden && place) draw(); });
}
