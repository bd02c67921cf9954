// The knobs of the samplers that are chosen, together one hidden knob of the tab: {method: {knob: value}}, without those at rest.
const box = element.querySelector('.nw-method-knobs');
const SHOWN = 2; // of one method at once; where there are more, all but the first wait behind a word
let turnedNow = {}, open = new Set();

const chosen = () => [noisewalk.valueOf(props.tab, props.chosen)].flat();

function turn(method, key, value) {
  const own = { ...turnedNow[method], [key]: value }, rest = props.catalog[method][key].default;
  if (value === rest) delete own[key];
  turnedNow = { ...turnedNow, [method]: own };
  if (!Object.keys(own).length) delete turnedNow[method];
  emit('knob', { tab: props.tab, name: 'knobs', value: turnedNow });
}

function section(method, place) {
  const knobs = Object.entries(props.catalog[method]);
  const part = make('section', { class: 'nw-method', 'data-method': method }, word('samplers.' + method, 'h4'));
  if (Array.isArray(noisewalk.valueOf(props.tab, props.chosen))) part.style.setProperty('--slot', `var(--nw-sampler-${place + 1})`);
  const dials = knobs.map(([key, facts]) => [
    dial(key, facts, turnedNow[method]?.[key] ?? facts.default, value => turn(method, key, value)), word(`knobs.${key}.info`, 'p')]);
  const first = knobs.length > SHOWN ? 1 : knobs.length;
  part.append(...dials.slice(0, first).flat());
  if (first === knobs.length) return part;
  const more = make('details', {}, word('page.more', 'summary'), ...dials.slice(first).flat());
  more.open = open.has(method);
  listen(more, 'toggle', () => open[more.open ? 'add' : 'delete'](method));
  part.append(more);
  return part;
}

function draw() {
  turnedNow = structuredClone(noisewalk.valueOf(props.tab, 'knobs'));
  box.replaceChildren(...chosen().flatMap((method, place) => (props.catalog[method] ? [section(method, place)] : [])));
}

listen(window, 'noisewalk:turned', ({ detail }) => {
  if (detail.tab !== props.tab) return;
  if (detail.name === props.chosen) draw();
  if (detail.name === 'knobs' && JSON.stringify(detail.value) !== JSON.stringify(turnedNow)) draw();
});
listen(window, 'noisewalk:language', draw);
draw();
