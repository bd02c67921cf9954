// What a trained model sees in the noisy picture: one answer brings its guess at t and, when it is another, the strip of guesses.
const figure = element.querySelector('.nw-seeing'), canvas = figure.querySelector('canvas');
const line = figure.querySelector('.nw-seen-by'), trouble = figure.querySelector('.nw-error-line');
let last = null, strip = null, reach = [], failed = null;

async function paint(reply, fresh) {
  const bitmap = reply.image ? await createImageBitmap(picture(reply.image)) : null;
  const row = reply.strip ? await createImageBitmap(picture(reply.strip)) : null;
  if (!fresh()) return;
  last = reply;
  if (bitmap) {
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    bitmap.close();
  }
  if (row) {
    strip?.close();
    [strip, reach] = [row, reply.covered];
    requests.args().have = reply.key;
    drawStrip();
  }
  tell(null);
  write();
  figure.dataset.painted = Number(figure.dataset.painted ?? 0) + 1;
}

function drawStrip() {
  document.querySelectorAll('#schedules-guesses canvas').forEach((small, k) => {
    small.width = small.height = strip.height;
    small.getContext('2d').drawImage(strip, k * strip.height, 0, strip.height, strip.height, 0, 0, strip.height, strip.height);
    small.classList.toggle('nw-beyond', !reach[k]);
  });
}

function write() {
  if (!last) return;
  document.body.dataset.schedulesSeen = String(Boolean(last.model));
  figure.classList.toggle('nw-beyond', last.model && !last.known);
  const digits = noisewalk.digits, numbers = { error: digits(last.off, 2), level: digits(last.level, 3), least: digits(last.least, 2), most: digits(last.most, 3) };
  const key = !last.model ? (last.unfit ? 'unfit' : null) : last.known ? 'guess' : last.most !== null && (last.level === null || last.level > last.most) ? 'more' : 'less';
  line.innerHTML = key ? say('t:schedules.seeing.' + key, { ...numbers, model: noisewalk.known('t:models.' + last.model) ? say('t:models.' + last.model) : last.model }) : '';
  canvas.setAttribute('aria-label', say('t:schedules.seeing'));
}

function tell(reason) {
  failed = reason;
  trouble.hidden = reason === null;
  if (reason !== null) trouble.textContent = why(reason);
}

const requests = pump(Object.values(server)[0], paint, reason => tell(reason ?? undefined));
listen(window, 'noisewalk:schedules-upload', ({ detail }) => requests.set({ upload: detail.letters }));
whenPageChanges(() => { write(); if (failed !== null) tell(failed); });
