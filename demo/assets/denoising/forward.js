// Forward first: rows are pictures, columns are noise levels; each cell is x, and turned over what the network sees in it.
const TAB = 'denoising', { patient } = window.noisewalk.latentParts;
const figure = element.querySelector('.nw-looks'), [head, body, foot] = ['thead', 'tbody', 'tfoot'].map(part => figure.querySelector(part));
const sentence = figure.querySelector('.nw-looks-here'), trouble = figure.querySelector('.nw-error-line');
let found = null, sheets = null, looked = null, trying = null;

const turned = () => window.noisewalk.valueOf(TAB, props.shown) === 'x0';
const precise = value => (value >= 0.995 ? value.toFixed(2) : value >= 0.0995 ? value.toFixed(3) : value.toFixed(4));
const signed = value => value.toFixed(1).replace('-', '−');
const th = (key, attributes = {}) => make('th', { scope: 'row', ...attributes }, word('denoising.forward.' + key));

function part(sheet, side, row, column, kind) {
  const canvas = make('canvas', { width: side, height: side, class: kind });
  canvas.getContext('2d').drawImage(sheet, column * side, row * side, side, side, 0, 0, side, side);
  return canvas;
}

function cell(row, column) {
  const button = make('button', { type: 'button', tabindex: -1, 'data-row': row, 'data-column': column });
  button.append(part(sheets.x, found.side, row, column, 'nw-seen'), part(sheets.x0, found.side, row, column, 'nw-guess'));
  return make('td', {}, button);
}

function bar(share, kind, text) {
  const level = make('i', { class: kind });
  level.style.height = 100 * Math.min(1, share) + '%';
  return make('td', {}, make('span', { class: 'nw-level', 'aria-hidden': 'true' }, level), text);
}

function lay() {
  const { levels, items, mean, side } = found, most = Math.max(mean, ...levels.map(level => level.error));
  head.replaceChildren(
    make('tr', {}, th('picture', { scope: 'col', rowspan: 2 }), ...levels.map(level => make('th', { scope: 'col' }, signed(level.log_snr)))),
    make('tr', {}, ...levels.map(level => make('th', { scope: 'col', class: 'nw-time' }, 't ' + level.t.toFixed(3)))));
  body.replaceChildren(...items.map((item, row) => make('tr', {},
    make('th', { scope: 'row', title: '#' + item }, part(sheets.clean, side, row, 0, 'nw-clean')), ...levels.map((_, column) => cell(row, column)))));
  foot.replaceChildren(
    make('tr', {}, th('error'), ...levels.map(level => bar(level.error / most, 'nw-by-network', precise(level.error)))),
    make('tr', {}, th('mean'), ...levels.map(() => bar(mean / most, 'nw-by-mean', precise(mean)))));
  body.querySelector('button').tabIndex = 0;
  look(looked);
}

// The line below speaks of the cell that is looked at, or of how to look at one.
function look(at) {
  looked = at;
  if (!found) return;
  const level = at && found.levels[at.column];
  sentence.innerHTML = level
    ? say('t:denoising.forward.here', { item: found.items[at.row], log_snr: signed(level.log_snr), t: level.t.toFixed(3), error: precise(level.each[at.row]) })
    : say('t:denoising.forward.how') + (found.told ? ' ' + say('t:denoising.forward.is-told') : '');
}

function turnAll() { figure.classList.toggle('nw-turned', turned()); }

async function show(reply, fresh) {
  const pictures = await Promise.all(['clean', 'x', 'x0'].map(name => createImageBitmap(picture(reply[name]))));
  if (!fresh()) return;
  Object.values(sheets ?? {}).forEach(bitmap => bitmap.close());
  [found, sheets] = [reply, { clean: pictures[0], x: pictures[1], x0: pictures[2] }];
  tell(null);
  turnAll();
  lay();
  document.querySelector('#tab-denoising')?.classList.toggle('nw-speechless', !reply.speaks);
  figure.dataset.painted = Number(figure.dataset.painted ?? 0) + 1;
}

function tell(reason) {
  trying = reason;
  trouble.hidden = reason === null;
  if (reason !== null) trouble.textContent = why(reason);
}

const placeOf = event => {
  const button = event.target.closest?.('button[data-row]');
  return button ? { row: Number(button.dataset.row), column: Number(button.dataset.column) } : null;
};
for (const type of ['pointerover', 'focusin']) listen(body, type, event => look(placeOf(event)));
for (const type of ['pointerleave', 'focusout']) listen(body, type, () => look(null));

// One cell is in the order of the page; the arrows lead to the others.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
listen(body, 'keydown', event => {
  const step = STEPS[event.key], place = placeOf(event);
  if (!step || !place) return;
  event.preventDefault();
  const next = body.querySelector(`button[data-row="${place.row + step[0]}"][data-column="${place.column + step[1]}"]`);
  if (!next) return;
  for (const button of body.querySelectorAll('button')) button.tabIndex = button === next ? 0 : -1;
  next.focus();
});

listen(window, 'noisewalk:turned', ({ detail }) => { if (detail.tab === TAB && detail.name === props.shown) turnAll(); });
whenPageChanges(() => { if (found) lay(); if (trying !== null) tell(trying); });
const requests = pump(patient(figure, Object.values(server)[0], () => requests.args()), show, reason => tell(reason ?? undefined));
