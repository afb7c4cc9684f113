// Starts the parts once Gradio has put the regions on the page.
import { $, $$, keep, setLang, translate } from './words.js';
import { here } from './store.js';
import { startChat, show } from './chat.js';
import { closePanel, openPassage, startSource } from './source.js';
import { startShelf } from './shelf.js';
import { close, startTalks } from './talks.js';
import { startLink } from './link.js';

const REGIONS = ['header.top', '#side', '#main', '#panel'];

function whenPresent(run) {
  if (REGIONS.every(r => $(r))) return run();
  const watcher = new MutationObserver(() => { if (REGIONS.every(r => $(r))) { watcher.disconnect(); run(); } });
  watcher.observe(document.documentElement, { childList: true, subtree: true });
}

function theme() {
  const set = next => {
    window.wenju.theme = next;
    document.documentElement.dataset.theme = next;
    document.body.classList.toggle('dark', next === 'dark');
  };
  set(window.wenju.theme);
  $('#theme').onclick = () => { set(window.wenju.theme === 'dark' ? 'light' : 'dark'); keep('wenju.theme', window.wenju.theme); };
}

function keys() {
  document.addEventListener('keydown', e => {
    const typing = e.target.closest?.('input, textarea, select, [contenteditable]');
    if ((e.key === '/' && !typing && !e.ctrlKey && !e.metaKey) || (e.key.toLowerCase() === 'k' && (e.ctrlKey || e.metaKey))) {
      e.preventDefault(); $('#ask').focus();
    }
    if (e.key !== 'Escape' || e.isComposing || $('dialog[open]')) return;
    const menu = $('#talks details[open]');
    if (menu) { menu.open = false; $('summary', menu).focus(); }
    else if (!$('#panel').hidden) closePanel(true);
    else if (!$('#veil').hidden) { close(); $('#menu').focus(); }
  });
  for (const b of $$('dialog [data-close]')) b.onclick = () => b.closest('dialog').close();
  for (const d of $$('dialog')) d.addEventListener('click', e => { if (e.target === d) d.close(); });
}

whenPresent(() => {
  theme(); startLink(); startChat(); startSource(); startShelf(); startTalks(); keys();
  $('#lang').value = window.wenju.lang;
  $('#lang').onchange = e => setLang(e.target.value);
  setLang(window.wenju.lang); translate();
  const linked = new URLSearchParams(location.search).get('p');
  const opening = here.talk ? show(here.talk) : Promise.resolve();
  if (linked) openPassage(linked);
  opening.then(() => { document.documentElement.dataset.ready = '1'; });
  if (!here.talk) document.documentElement.dataset.ready = '1';
});
