// Nearest training pictures: once a run or an edit is over and this is open, each of its pictures is looked up in turn.
// The brief one stands beside the run itself: it waits until nobody turns anything, and says in a line what the other explains.
const { nearness, latentParts, argumentsOf, valueOf } = window.noisewalk;
const figure = element.querySelector('.nw-nearest'), near = figure.querySelector('.nw-near');
const sentence = figure.querySelector('.nw-copy'), trouble = figure.querySelector('.nw-error-line');
const page = `${(window.nwPage ??= Math.random().toString(36).slice(2, 14))}.${name}`.slice(0, 64);
const CERTAIN = 0.01, REST = props.brief ? 1500 : 0;
const look = latentParts.patient(figure, Object.values(server)[0], () => args), rested = latentParts.patient(figure, Object.values(server)[0], () => args, REST);
let args = {}, asked = 0, turn = 0, found = [], trying = null, stage = null;

const onStage = () => ({ ...argumentsOf('denoising-price'), trunk: valueOf('denoising', 'trunk') });
const wanted = () => (props.source ? window.noisewalk.sources[props.source]() : onStage());
const picked = (reply, text) => nearness.card(reply.made, text);

async function search() {
  const mine = ++turn, plan = wanted();
  tell(null);
  if (!plan) return;
  for (let k = 0, count = 1; k < count; k++) {
    args = { ...plan, picture: k };
    const reply = await (k ? look : rested)({ page, id: ++asked, language: language() }).catch(() => undefined);
    if (!here() || mine !== turn) return;
    if (!reply || reply.error) { tell(reply?.error); return; }
    if (reply.superseded) return;
    found = k ? [...found, reply] : [reply];
    count = reply.of;
    fill(count);
  }
}

function fill(count = found[0]?.of) {
  if (!found.length) { sentence.textContent = say('t:denoising.nearest.waiting'); return; }
  figure.classList.remove('nw-stale');
  figure.classList.toggle('nw-many', count > 1);
  if (count === 1) {
    const { kind, said, numbers } = nearness.verdict(found[0]), cards = nearness.cards(found[0], props.brief);
    near.replaceChildren(...(props.brief ? cards : [picked(found[0], say('t:denoising.nearest.made')), ...cards]));
    sentence.innerHTML = props.brief ? say('t:denoising.beside.' + kind, numbers) : said + ' ' + say('t:latent.near.unit');
    figure.dataset.kind = kind;
    return;
  }
  near.replaceChildren(...found.map((reply, k) =>
    make('div', { class: 'nw-near-pair', 'data-kind': nearness.verdict(reply).kind }, picked(reply, String(k + 1)), ...nearness.cards(reply, props.brief))));
  if (found.length < count) { sentence.textContent = say('t:denoising.nearest.counting', { done: found.length, count }); return; }
  const real = found[0].usual.count, few = Math.floor(CERTAIN * (real + 1)) / (real + 1);
  const copies = found.filter(reply => reply.chance <= CERTAIN).length, distances = found.map(reply => reply.distances[0]);
  const numbers = { copies, count, real, expected: (count * few).toFixed(2), least: Math.min(...distances).toFixed(1), middle: found[0].usual.middle.toFixed(1), low: found[0].usual.low.toFixed(1) };
  figure.dataset.kind = copies ? 'copy' : 'usual';
  if (props.brief) { sentence.innerHTML = say('t:denoising.beside.' + (copies ? 'some' : 'none'), numbers); return; }
  const far = found.filter(reply => reply.chance > 1 - CERTAIN).length;
  const words = [say('t:denoising.nearest.' + (copies ? 'some' : 'none'), numbers), ...(far ? [say('t:denoising.nearest.far', { far, count })] : []), say('t:latent.near.unit')];
  sentence.innerHTML = words.join(' ');
}

function tell(reason) {
  trying = reason;
  trouble.hidden = reason === null;
  if (reason !== null) trouble.textContent = why(reason);
}

// The stage waits while a run is on its way; when it no longer does, there is something to look up.
function watchStage() {
  const timeline = document.querySelector(`#${props.timeline} .nw-timeline`);
  if (!timeline || timeline === stage) return;
  stage = timeline;
  let waiting = true;
  const settled = () => {
    const now = timeline.classList.contains('nw-waiting');
    if (waiting && !now && here()) search();
    waiting = now;
  };
  const eyes = new MutationObserver(settled);
  eyes.observe(timeline, { attributes: true, attributeFilter: ['class'] });
  life.signal.addEventListener('abort', () => eyes.disconnect());
  settled();
}
listen(window, 'noisewalk:frame', ({ detail }) => { if (detail.timeline === props.timeline) watchStage(); });
listen(window, 'noisewalk:turned', ({ detail }) => {
  if (detail.tab === 'denoising' && found.length && JSON.stringify(wanted()) !== JSON.stringify({ ...args, picture: undefined })) figure.classList.add('nw-stale');
});
whenPageChanges(() => { fill(); if (trying !== null) tell(trying); });
fill();
watchStage(); // this part may be opened long after the run
