// Texts in three languages and the few helpers that every part of the page uses.
import table from './text.js';

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

let lang = table[window.wenju.lang] ? window.wenju.lang : 'zh-CN';

export function say(key, ...args) {
  const text = table[lang][key] ?? key;
  // The English texts have their nouns in the plural: of one thing the s goes.
  const counted = lang === 'en' ? text.replace(/\{(\d)\} (\w+)s\b/g, (all, i, noun) => (String(args[i]) === '1' ? `{${i}} ${noun}` : all)) : text;
  return counted.replace(/\{(\d)\}/g, (_, i) => {
    const arg = String(args[i] ?? '');
    return arg.startsWith('@') && table[lang][arg.slice(1)] ? table[lang][arg.slice(1)] : arg;
  });
}

const argsOf = el => [0, 1].map(i => el.dataset['a' + i]);
const NAMES = ['aria-label', 'title', 'placeholder'];

// The server writes Simplified Chinese with keys beside it; this puts a part of the page into the language chosen.
export function translate(root = document.body) {
  for (const el of [root, ...$$('[data-t]', root)]) {
    if (el.dataset?.t) { const text = say(el.dataset.t, ...argsOf(el)); if (el.textContent !== text) el.textContent = text; }
  }
  for (const name of NAMES) {
    for (const el of [root, ...$$(`[data-t-${name}]`, root)]) {
      const key = el.getAttribute?.(`data-t-${name}`);
      if (key) el.setAttribute(name, say(key, ...argsOf(el)));
    }
  }
}

export function setLang(next) {
  lang = next;
  window.wenju.lang = next;
  document.documentElement.lang = next;
  keep('wenju.lang', next);
  document.title = say('app.title');
  translate();
  window.dispatchEvent(new Event('wenju:lang'));
}

export function keep(key, value) { try { localStorage.setItem(key, value); } catch { /* full or forbidden: not worth a word */ } }

// A text node under a key, so that a later change of language reaches it too.
export function put(el, key, ...args) {
  el.dataset.t = key;
  args.forEach((a, i) => { el.dataset['a' + i] = a; });
  el.textContent = say(key, ...args);
  return el;
}

export function make(tag, props = {}, ...children) {
  const el = Object.assign(document.createElement(tag), props);
  el.append(...children);
  return el;
}

export function toast(text, action) {
  const box = make('div', { className: 'toast' }, make('span', { textContent: text }));
  if (action) box.append(make('button', { type: 'button', textContent: action.label, onclick: () => { box.remove(); action.run(); } }));
  $('#toasts').append(box);
  while ($('#toasts').children.length > 3) $('#toasts').firstChild.remove();
  setTimeout(() => box.remove(), action ? 10000 : 3500);
}

export async function api(path, body, method = body === undefined ? 'GET' : 'POST') {
  const isForm = body instanceof FormData;
  const response = await fetch('api/' + path, {
    method, body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
    headers: body === undefined || isForm ? {} : { 'content-type': 'application/json' },
  });
  if (response.status === 401) { location.reload(); throw new Error('401'); }
  if (!response.ok) {
    const told = await response.json().catch(() => ({}));
    throw Object.assign(new Error(told.error || say('error.load')), { status: response.status });
  }
  return response;
}

export const json = async (...args) => (await api(...args)).json();

export async function copyText(text) {
  try { await navigator.clipboard.writeText(text); } catch { // plain http from another machine has no clipboard
    const area = make('textarea', { value: text, className: 'sr' });
    document.body.append(area); area.select(); document.execCommand('copy'); area.remove();
  }
}

// Replaces only the children that differ, so that focus, selection and open folds stay where they are.
export function morph(el, html) {
  if (el.dataset.html === html) return;
  const next = make('div'); next.innerHTML = html;
  const apart = (a, b) => a.outerHTML !== b.outerHTML;
  translate(next);
  const old = [...el.childNodes], fresh = [...next.childNodes];
  fresh.forEach((node, i) => {
    if (!old[i]) el.append(node);
    else if (old[i].nodeType !== node.nodeType || (node.outerHTML === undefined ? old[i].data !== node.data : apart(old[i], node))) {
      if (['OL', 'UL'].includes(node.tagName) && old[i].tagName === node.tagName && old[i].className === node.className) morphRows(old[i], node);
      else old[i].replaceWith(node);
    }
  });
  old.slice(fresh.length).forEach(node => node.remove());
}

function morphRows(list, next) {
  const old = [...list.children], fresh = [...next.children];
  fresh.forEach((row, i) => { if (!old[i]) list.append(row); else if (old[i].outerHTML !== row.outerHTML) old[i].replaceWith(row); });
  old.slice(fresh.length).forEach(row => row.remove());
}

export const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(9)), b => b.toString(36).padStart(2, '0')).join('').slice(0, 16);
