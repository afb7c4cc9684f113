// Sends files to the library, as many at a time as the server takes, and tells for each one how far it has come.
import { make, put, say } from './words.js';

const STEPS = { reading: 'docs.reading', indexing: 'docs.indexing', added: 'docs.added', failed: 'docs.failed' };

export async function upload(files, list) {
  const { mb, files: most } = window.wenju.limits;
  const lines = files.map(file => line(file, list));
  const fits = lines.filter(({ file, tell }) => {
    const size = file.size / (1 << 20);
    if (size > mb) tell('failed', say('docs.big', size.toFixed(1), mb)); // not worth sending
    return size <= mb;
  });
  for (let i = 0; i < fits.length; i += most) await send(fits.slice(i, i + most));
}

function line(file, list) {
  const el = make('span', { className: 'step' });
  list.append(make('li', {}, make('b', { textContent: file.name }), el));
  return { file, el, tell: (step, why) => { el.dataset.step = step; put(el, STEPS[step] || step, ...(why === undefined ? [] : [why])); } };
}

const open = ({ el }) => !['added', 'failed'].includes(el.dataset.step);

function send(lines) {
  const form = new FormData();
  for (const { file } of lines) form.append('files', file);
  const request = new XMLHttpRequest(); // the only way to see how much of an upload has gone out
  let seen = 0;
  const steps = () => {
    for (const told of request.responseText.slice(seen).split('\n').slice(0, -1)) {
      seen += told.length + 1;
      const { number, step, why } = JSON.parse(told);
      lines[number].tell(step, why);
    }
  };
  const fail = why => lines.filter(open).forEach(l => l.tell('failed', why));
  return new Promise(done => {
    request.upload.onprogress = e => lines.filter(open).forEach(l => l.tell('docs.sending', Math.round(100 * e.loaded / e.total)));
    request.onprogress = () => { if (request.status === 200) steps(); };
    request.onload = () => {
      if (request.status === 200) steps();
      fail(reason(request)); // those of which the server said nothing
    };
    request.onerror = () => fail(say('error.load'));
    request.onloadend = done;
    request.open('POST', 'api/documents'); request.send(form);
  });
}

function reason(request) {
  try { return JSON.parse(request.responseText).error || say('error.load'); } catch { return say('error.load'); }
}
