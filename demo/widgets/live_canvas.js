// The live canvas: paints what the server answers, and can itself be dragged.
const figure = element.querySelector('.nw-live');
const canvas = figure.querySelector('canvas');
const thumb = figure.querySelector('.nw-thumb');
const trouble = figure.querySelector('.nw-error');
const facts = figure.querySelector('.nw-facts');
const pen = canvas.getContext('2d');
const paints = [];
let lastError = null;

figure.style.setProperty('--nw-size', props.size + 'px');
canvas.classList.toggle('nw-crisp', !props.smooth);

async function paint(reply, fresh = () => true, asked = NaN) {
  const bitmap = await createImageBitmap(picture(reply.image));
  if (fresh() && here()) {
    // small pictures travel small; the browser enlarges them
    const zoom = props.smooth ? Math.max(1, Math.round((1.5 * props.size) / Math.max(bitmap.width, bitmap.height))) : 1;
    if (canvas.width !== bitmap.width * zoom || canvas.height !== bitmap.height * zoom) {
      canvas.width = bitmap.width * zoom;
      canvas.height = bitmap.height * zoom;
      pen.imageSmoothingQuality = 'high';
    }
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    figure.classList.add('nw-painted');
    tell(null);
    count(performance.now() - asked, reply.ms);
    emit('painted', { canvas: name, reply });
  }
  bitmap.close();
}

function tell(error) {
  lastError = error;
  figure.classList.toggle('nw-failed', error !== null);
  trouble.hidden = error === null;
  if (error !== null) trouble.textContent = why(error.reason);
}

// In motion the median from asking to seeing, as the hand feels it; of a lone picture what painting it took.
function count(wait, work) {
  if (!Number.isFinite(wait)) return;
  const now = performance.now();
  paints.push({ now, wait });
  while (paints[0].now < now - 1000) paints.shift();
  const waits = paints.map(one => one.wait).sort((a, b) => a - b), moving = waits.length > 2;
  const ms = Math.round(moving ? waits[waits.length >> 1] : work);
  facts.textContent = say(moving ? 't:widgets.pace' : 't:widgets.cost', { ms, rate: waits.length });
}

function sayAll() {
  sayLabel();
  canvas.setAttribute('aria-label', say(props.label || 't:widgets.picture'));
  if (lastError) tell(lastError);
}

const requests = pump(Object.values(server)[0], paint, reason => tell({ reason }));

if (props.axes.length) {
  const [across, down] = props.axes;
  const clamp = value => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;
  const at = () => [requests.args()[across] ?? 0.5, requests.args()[down] ?? 0.5];
  const place = () => { [thumb.style.left, thumb.style.top] = at().map(part => part * 100 + '%'); };
  const move = (x, y) => {
    const values = { [across]: clamp(x), [down]: clamp(y) };
    requests.set(values);
    place();
    emit('drag', { canvas: name, values });
  };
  const follow = event => {
    const box = canvas.getBoundingClientRect();
    move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  figure.classList.add('nw-draggable');
  canvas.tabIndex = 0;
  thumb.hidden = false;
  place();
  listen(canvas, 'pointerdown', event => { canvas.setPointerCapture(event.pointerId); follow(event); });
  listen(canvas, 'pointermove', event => { if (canvas.hasPointerCapture(event.pointerId)) follow(event); });
  listen(canvas, 'keydown', event => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const [x, y] = at(), size = event.shiftKey ? 0.1 : 0.02;
    move(x + step[0] * size, y + step[1] * size);
  });
  listen(window, 'noisewalk:set', event => { if (event.detail.canvas === name) place(); });
}

// The page brings its first picture along; a link that asks for another waits for that one.
const expected = () => JSON.stringify(requests.args()) === JSON.stringify(props.arguments);
const initial = () => { if (props.value?.image && expected()) paint(props.value); };
watch('value', initial);
whenPageChanges(sayAll);
sayAll();
initial();
