// The conversation: a question goes out over Gradio's event, frames come back and are put into the turn's card.
import { $, $$, api, copyText, fresh, json, make, morph, put, say, toast, translate } from './words.js';
import * as store from './store.js';
import * as link from './link.js';
import { closePanel, openCite, openPassage, prefetch } from './source.js';

const HISTORY = 4, SHOWN = 30, PARTS = ['status', 'body', 'note', 'sources', 'foot', 'follow'];
let talk = null, busy = null, frameAt = 0, savedAt = 0;
export let scope = {};

const log = () => $('#log'), box = () => $('#ask'), scroller = () => $('#scroll');
const finished = turn => ['done', 'stopped'].includes(turn.state);
export const current = () => talk;
export const isBusy = () => busy !== null;
const sameTalk = id => talk && talk.id === id;

export function setScope(next) { scope = next; if (talk) { talk.scope = next; store.save(talk); } }

export function begin() {
  if (busy) stop();
  talk = null; store.here.talk = ''; scope = {};
  log().replaceChildren(); closePanel(); earlier();
  showEmpty(); window.dispatchEvent(new Event('wenju:talk')); box().focus();
}

export async function show(id) {
  const found = store.get(id);
  if (!found) return begin();
  if (busy) stop();
  talk = found; scope = found.scope || {}; store.here.talk = id;
  closePanel();
  log().replaceChildren(...talk.turns.slice(-SHOWN).map(t => card(t)));
  earlier();
  showEmpty(); window.dispatchEvent(new Event('wenju:talk'));
  await fill(talk.turns.slice(-SHOWN));
  scroller().scrollTop = scroller().scrollHeight;
}

// How many turns of a long conversation are not on the page yet.
function earlier() {
  const hidden = talk ? talk.turns.findIndex(t => t.id === log().firstElementChild?.dataset.turn) : 0;
  $('#earlier').hidden = hidden <= 0;
  if (hidden > 0) put($('#earlier'), 'chat.earlier', Math.min(SHOWN, hidden));
  return hidden;
}

async function showEarlier() {
  const hidden = earlier(), turns = talk.turns.slice(Math.max(0, hidden - SHOWN), hidden), first = log().firstElementChild;
  const below = scroller().scrollHeight - scroller().scrollTop;
  log().prepend(...turns.map(t => card(t)));
  earlier();
  await fill(turns);
  scroller().scrollTop = scroller().scrollHeight - below; // what was being read stays where it was
  first.previousElementSibling.tabIndex = -1; first.previousElementSibling.focus({ preventScroll: true });
}

// Stored turns are drawn by the server, which checks every quotation again. It may still be loading: try until it is there.
async function fill(turns) {
  if (!turns.length) return;
  const id = talk.id;
  for (let wait = 300; sameTalk(id); wait = Math.min(wait * 1.5, 3000)) {
    try {
      const cards = await json('cards', { turns });
      for (const turn of turns) {
        const el = $(`[data-turn="${turn.id}"]`, log());
        if (!el || !cards[turn.id]) continue;
        if (turn.text || finished(turn)) apply(el, cards[turn.id]);
        if (!finished(turn)) ending(el, turn.state === 'error' ? 'error.answer' : 'state.cut');
        else if (turn === talk.turns.at(-1) && turn.state === 'done') suggest(el, turn);
        if (turn.state === 'stopped') put($('.status', el), turn.text ? 'state.stopped' : 'state.stopped.empty');
      }
      return;
    } catch (error) {
      if (error.status === 422) return toast(say('error.load'));
      await new Promise(r => setTimeout(r, wait));
    }
  }
}

function card(turn) {
  const el = make('article', { className: 'turn' });
  el.dataset.turn = turn.id; el.setAttribute('aria-label', turn.question.slice(0, 80));
  const asked = make('div', { className: 'q' });
  asked.append(put(make('span', { className: 'sr' }), 'ask.you'), make('p', { textContent: turn.question }));
  const answer = make('div', { className: 'a' });
  answer.append(put(make('h2', { className: 'sr' }), 'ask.answer'), ...PARTS.slice(0, -1).map(p => make('div', { className: p })), actions(), make('div', { className: 'follow' }));
  el.append(asked, answer);
  return el;
}

function actions() {
  const bar = make('div', { className: 'acts', hidden: true });
  for (const [what, key] of [['copy', 'card.copy'], ['again', 'card.retry'], ['up', 'card.up'], ['down', 'card.down']]) {
    const button = put(make('button', { type: 'button', className: 'act' }), key);
    button.dataset.do = what;
    if (what === 'up' || what === 'down') button.setAttribute('aria-pressed', 'false');
    bar.append(button);
  }
  return bar;
}

function showEmpty() { $('#empty').hidden = Boolean(talk?.turns.length); }

export function ask(text) {
  const question = text.trim(), most = window.wenju.limits.question;
  if (!question || busy) return false;
  if (question.length > most) { toast(say('ask.long', question.length, most)); return false; }
  if (!link.up()) { link.probe(); return false; }
  if (!talk) talk = { id: fresh(), title: question.slice(0, 40), created: Date.now(), turns: [], scope };
  const turn = { id: fresh(), question, state: 'cut', text: '', quotes: [] };
  talk.turns.push(turn); talk.updated = Date.now();
  store.save(talk); store.here.talk = talk.id;
  const el = card(turn);
  $$('.follow', log()).forEach(f => f.replaceChildren());
  log().append(el);
  send(turn, el);
  showEmpty(); window.dispatchEvent(new Event('wenju:talk'));
  return true;
}

function send(turn, el) {
  busy = { turn, el, talk }; frameAt = Date.now();
  el.dataset.state = 'searching';
  put($('.status', el), 'state.searching'); // at once: the server's own word follows
  lock(true);
  // The newest question stands at the top and its answer grows below it: nothing ever scrolls under the reader's eyes.
  $$('.turn.last', log()).forEach(e => e.classList.remove('last'));
  if (el === log().lastElementChild) el.classList.add('last');
  el.scrollIntoView({ block: 'start' });
  const before = talk.turns.slice(0, talk.turns.indexOf(turn)).filter(finished).slice(-HISTORY);
  link.whenReady(() => window.wenjuBridge.ask({ turn: turn.id, question: turn.question, history: before, scope }));
  link.watch(() => busy && Date.now() - frameAt, () => finish('cut', 'state.cut'));
}

function again(el) {
  const turn = talk.turns.find(t => t.id === el.dataset.turn);
  if (!turn || busy || !link.up()) return;
  const id = fresh();
  Object.assign(turn, { id, state: 'cut', text: '', quotes: [], near: [] });
  const next = card(turn);
  el.replaceWith(next);
  send(turn, next);
}

export function stop() {
  if (!busy) return;
  window.wenjuBridge.stop();
  finish('stopped', busy.turn.text ? 'state.stopped' : 'state.stopped.empty');
}

function onFrame(frame) {
  if (!busy || !frame || frame.turn !== busy.turn.id) return;
  frameAt = Date.now();
  const { el, turn } = busy;
  el.dataset.state = frame.state;
  apply(el, frame.parts);
  if (frame.record) {
    Object.assign(turn, frame.record);
    if (frame.state !== 'done' && Date.now() - savedAt > 1000) { store.save(busy.talk); savedAt = Date.now(); }
  }
  if (frame.state === 'done') finish('done');
  if (frame.state === 'error') finish('error');
}

function apply(el, parts) {
  for (const name of PARTS) if (parts[name] !== undefined) morph($('.' + name, el), parts[name]);
}

function finish(state, key) {
  const { el, turn } = busy;
  turn.state = state; busy.talk.updated = Date.now();
  store.save(busy.talk);
  busy = null; lock(false); link.rest();
  el.dataset.state = state;
  if (key) state === 'cut' ? ending(el, key) : put($('.status', el), key);
  $('.acts', el).hidden = state === 'error' || (!turn.text && state !== 'done');
  if (state === 'done') { $('#voice').textContent = words($('.body', el)); prefetch(turn).then(() => suggest(el, turn)); }
  window.dispatchEvent(new Event('wenju:talk'));
}

// What to ask next comes after the answer: the server tries the questions out first.
async function suggest(el, turn) {
  const parts = await json('follow', turn).catch(() => null);
  if (parts && el === log().lastElementChild && !busy) apply(el, parts);
}

// A turn that broke off keeps what it has and offers to ask again.
function ending(el, key) {
  $('.status', el).replaceChildren();
  $('.note', el).replaceChildren(put(make('p'), key), Object.assign(put(make('button', { type: 'button', className: 'btn' }), 'retry'), {}));
  $('.note button', el).dataset.do = 'again';
}

function lock(on) {
  $('#send').hidden = on; $('#stop').hidden = !on;
  log().setAttribute('aria-busy', String(on));
}

// The answer for the ear: without the numbers, which are links of their own.
function words(body) {
  const copy = body.cloneNode(true);
  $$('.cite', copy).forEach(a => a.remove());
  return $$('p, li, h3', copy).map(b => b.textContent).join('\n');
}

async function copyCard(el) {
  const copy = $('.body', el).cloneNode(true);
  $$('a.cite', copy).forEach(a => a.replaceWith(`[${a.dataset.n}]`));
  const lines = $$('p, li, h3', copy).map(b => (b.tagName === 'LI' && b.parentNode.tagName === 'OL' ? `${b.value || [...b.parentNode.children].indexOf(b) + 1}. ` : '') + b.textContent);
  const rows = $$('.srcs li', el).map(li => `${$('.num', li) ? `[${$('.num', li).textContent}] ` : ''}${$('.ttl', li).textContent}${$('.meta', li)?.textContent ? '，' + $('.meta', li).textContent : ''}`);
  await copyText([...lines, '', ...(rows.length ? [$('.sources .lbl [data-t]', el).textContent, ...rows] : [])].join('\n').trim());
  toast(say('card.copied'));
}

async function judge(el, verdict, more = {}) {
  const turn = talk.turns.find(t => t.id === el.dataset.turn);
  try {
    await api('feedback', { turn, verdict, ...more });
    for (const b of $$('.act[aria-pressed]', el)) b.setAttribute('aria-pressed', String(b.dataset.do === verdict));
    toast(say('feedback.thanks'));
  } catch (error) { toast(error.message); }
}

function complain(el) {
  const dialog = $('#d-feedback'), form = $('form', dialog);
  form.reset(); dialog.returnValue = ''; dialog.showModal();
  dialog.onclose = () => {
    if (dialog.returnValue !== 'ok') return;
    judge(el, 'down', { reasons: $$('input:checked', form).map(i => i.value), remark: form.remark.value });
  };
}

function onClick(event) {
  const el = event.target.closest('.turn');
  const cite = event.target.closest('a[data-n], a[data-p]');
  if (cite && el && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    const turn = talk.turns.find(t => t.id === el.dataset.turn);
    return cite.dataset.p ? openPassage(cite.dataset.p, cite) : openCite(turn, Number(cite.dataset.n), cite);
  }
  const suggested = event.target.closest('[data-ask]');
  if (suggested) return void ask(suggested.textContent);
  const act = event.target.closest('[data-do]')?.dataset.do;
  if (act === 'copy') copyCard(el);
  if (act === 'again') again(el);
  if (act === 'up') judge(el, 'up');
  if (act === 'down') complain(el);
}

function grow() { box().style.height = 'auto'; box().style.height = Math.min(box().scrollHeight, 200) + 'px'; }

function submit() {
  if (busy) return; // the draft stays where it is
  if (ask(box().value)) { box().value = ''; store.here.draft = ''; grow(); }
}

export function startChat() {
  window.addEventListener('wenju:frame', e => onFrame(e.detail));
  log().addEventListener('click', onClick);
  $('#empty').addEventListener('click', onClick);
  $('#composer').addEventListener('submit', e => { e.preventDefault(); submit(); });
  $('#send').addEventListener('click', submit);
  // The second half of a double click on send lands on stop, which has just taken its place.
  $('#stop').addEventListener('click', e => { if (e.detail < 2) { stop(); box().focus(); } });
  box().addEventListener('keydown', e => {
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229) return; // 229: an input method is composing
    e.preventDefault(); submit();
  });
  box().addEventListener('input', () => { store.here.draft = box().value; grow(); });
  box().value = store.here.draft; grow();
  const edge = () => { const s = scroller(); $('#bottom').hidden = s.scrollHeight - s.scrollTop - s.clientHeight < 160 || !talk?.turns.length || inView(); };
  const inView = () => { const last = log().lastElementChild; return !last || last.getBoundingClientRect().bottom <= scroller().getBoundingClientRect().bottom + 40; };
  scroller().addEventListener('scroll', edge, { passive: true });
  new ResizeObserver(edge).observe(log());
  $('#earlier').addEventListener('click', showEarlier);
  $('#bottom').addEventListener('click', () => log().lastElementChild.scrollIntoView({ block: 'end' }));
  // A hidden part of a restored card: its actions appear once it has an answer.
  new MutationObserver(() => $$('.turn', log()).forEach(el => {
    if (busy?.el !== el && !el.dataset.state && $('.body', el).firstChild) { $('.acts', el).hidden = false; el.dataset.state = 'done'; }
  })).observe(log(), { childList: true, subtree: true });
  translate($('#composer'));
}
