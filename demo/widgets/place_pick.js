// One end of a way: its picture, and three ways to say which place it is.
const root = element.querySelector('.nw-pick'), ways = root.querySelector('.nw-pick-ways'), trouble = root.querySelector('.nw-error-line');
const canvas = root.querySelector('canvas');
const { shelf, spot, spotFor, land } = window.noisewalk.latent;
const value = () => window.noisewalk.valueOf(props.tab, props.knob);
const turn = spot => emit('knob', { tab: props.tab, name: props.knob, value: spot });
const model = () => window.noisewalk.valueOf(props.tab, 'model');
const SEEDS = 10000;

root.querySelector('b').textContent = props.letter;
const seed = make('input', { type: 'number', min: 0, max: SEEDS - 1, step: 1 });
const table = make('button', { type: 'button', class: 'nw-quiet', 'data-say': 'latent.pick.table' });
const kept = make('select', {});
ways.append(seed, table, kept);

function draw() {
  const now = value(), plain = now.start.of === 'seed' && Object.keys(now).length === 1;
  if (document.activeElement !== seed) seed.value = plain ? now.start.seed : '';
  seed.placeholder = say('t:latent.own-place');
  for (const [node, key] of [[seed, 'seed'], [kept, 'kept']]) { node.title = say('t:latent.pick.' + key); node.setAttribute('aria-label', props.letter + ': ' + node.title); }
  table.textContent = say('t:latent.pick.table');
  const items = shelf.items();
  kept.replaceChildren(make('option', { value: '' }, say('t:latent.pick.kept')),
    ...items.map((item, at) => make('option', { value: item.id }, item.name || say('t:latent.keep.unnamed', { number: at + 1 }))));
  kept.hidden = !items.length;
  canvas.title = say('t:latent.pick.go');
  root.setAttribute('aria-label', props.letter);
}

listen(seed, 'change', () => {
  const wanted = Math.round(Number(seed.value));
  seed.blur();
  if (seed.value !== '' && Number.isFinite(wanted)) turn({ start: { of: 'seed', seed: Math.min(SEEDS - 1, Math.max(0, wanted)) } });
  draw();
});
listen(table, 'click', () => turn(spot()));
listen(kept, 'change', () => { const item = shelf.of(kept.value); if (item) turn(spotFor(model(), item)); kept.value = ''; });
listen(canvas, 'click', () => land(value()));

pump(Object.values(server)[0], async (reply, fresh) => {
  const bitmap = await createImageBitmap(picture(reply.image));
  if (fresh()) {
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    root.classList.add('nw-painted');
    emit('end', { knob: props.knob, picture: canvas });
    tell(null);
  }
  bitmap.close();
}, tell);

function tell(error) {
  trouble.hidden = error === null;
  trouble.textContent = error === null ? '' : why(error);
}

listen(window, 'noisewalk:turned', ({ detail }) => {
  if (detail.tab !== props.tab) return;
  if (detail.name === props.knob) draw();
});
listen(window, 'noisewalk:shelf', draw);
whenPageChanges(draw);
draw();
