// The stops of a way: click to put one on the table, drag to reorder, Delete to leave it out.
const root = element.querySelector('.nw-route'), row = root.querySelector('.nw-shelf-row');
const more = root.querySelector('.nw-shelf-more'), trouble = root.querySelector('.nw-error-line');
const { shelf, spot, spotFor, land } = window.noisewalk.latent;
const FEWEST = 2; // stops
const stops = () => window.noisewalk.valueOf(props.tab, props.knob);
const turn = next => emit('knob', { tab: props.tab, name: props.knob, value: next });
const model = () => window.noisewalk.valueOf(props.tab, 'model');
const pictures = new Map(); // by what they show

const act = (key, doing, off) => {
  const button = make('button', { type: 'button', class: 'nw-quiet', 'data-say': 'latent.route.' + key }, say('t:latent.route.' + key));
  button.disabled = off;
  button.addEventListener('click', doing);
  return button;
};

function draw() {
  const all = stops(), items = shelf.items(), full = all.length >= props.most;
  row.replaceChildren(...all.map((stop, at) => {
    const title = say('t:latent.route.stop', { number: at + 1, count: all.length });
    const button = make('button', { type: 'button', 'data-at': at, title, 'aria-label': title });
    const known = pictures.get(JSON.stringify(stop));
    const canvas = make('canvas', { width: known?.width ?? 1, height: known?.height ?? 1 });
    if (known) canvas.getContext('2d').drawImage(known, 0, 0);
    button.append(canvas);
    return make('div', { role: 'listitem', class: 'nw-kept' }, button);
  }));
  row.setAttribute('aria-label', say('t:latent.route.label'));
  more.replaceChildren(
    act('add', () => turn([...stops(), spot()]), full),
    ...(items.length ? [act('kept', () => turn(items.slice(0, props.most).map(item => spotFor(model(), item))), items.length < FEWEST)] : []),
    act('last', () => turn(stops().slice(0, -1)), all.length <= FEWEST));
}

function remove(at) {
  if (stops().length <= FEWEST) return;
  turn(stops().filter((_, each) => each !== at));
  row.querySelectorAll('button')[Math.min(at, stops().length - 1)]?.focus();
}

const requests = pump(Object.values(server)[0], async (reply, fresh) => {
  const asked = requests.args().route;
  const sheet = await createImageBitmap(picture(reply.image));
  if (fresh()) {
    const side = sheet.height, gap = (sheet.width - asked.length * side) / Math.max(asked.length - 1, 1);
    pictures.clear();
    for (const [k, stop] of asked.entries()) {
      const small = make('canvas', { width: side, height: side });
      small.getContext('2d').drawImage(sheet, k * (side + gap), 0, side, side, 0, 0, side, side);
      pictures.set(JSON.stringify(stop), small);
    }
    tell(null);
    draw();
  }
  sheet.close();
}, tell);

function tell(error) {
  trouble.hidden = error === null;
  trouble.textContent = error === null ? '' : why(error);
}

listen(row, 'click', event => { const at = event.target.closest('[data-at]')?.dataset.at; if (at !== undefined) land(stops()[at]); });
listen(row, 'keydown', event => {
  const at = event.target.closest('[data-at]')?.dataset.at;
  if (at === undefined || event.altKey) return;
  if (event.key === 'Delete' || event.key === 'Backspace') { event.preventDefault(); remove(Number(at)); }
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step) { event.preventDefault(); row.querySelectorAll('button')[Number(at) + step]?.focus(); }
});
sortable(row, (from, to) => {
  const next = [...stops()];
  next.splice(to, 0, ...next.splice(from, 1));
  turn(next);
});
listen(window, 'noisewalk:turned', ({ detail }) => { if (detail.tab === props.tab && detail.name === props.knob) draw(); });
listen(window, 'noisewalk:shelf', draw);
whenPageChanges(draw);
draw();
