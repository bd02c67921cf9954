// Knobs in, pictures out: the newest values win, several requests fly, fewer where serving is the slow part.
const DEPTH = 4;
const PATIENCE = 16; // replies in a row, none overtaken, until one more request may fly
const LATER = 700; // milliseconds until what is still being looked for is asked for again
const PAGE = (window.nwPage ??= Math.random().toString(36).slice(2, 14));

function pump(ask, show, fail) {
  let args = { ...props.arguments };
  let wanted = false, flying = 0, sent = 0, shown = 0, depth = 1, room = DEPTH;
  let serving = 0, network = Infinity;

  function fly() {
    while (wanted && flying < depth) {
      wanted = false;
      flying += 1;
      const id = ++sent, started = performance.now(), asked = args;
      ask({ page: `${PAGE}.${name}`.slice(0, 64), id, language: language(), args })
        .catch(() => undefined)
        .then(reply => land(id, reply, started, asked))
        .finally(() => { flying -= 1; fly(); });
    }
  }

  // Worth having in the air: one being served, plus as many as fit on the wire meanwhile.
  function measure(milliseconds, trip) {
    serving += (milliseconds - serving) * (serving ? 0.3 : 1);
    const wire = Math.max(trip - milliseconds, 1);
    network = Number.isFinite(network) ? network + (wire - network) * 0.3 : wire;
    depth = Math.max(1, Math.min(Math.floor(room), 1 + Math.floor(network / Math.max(serving, 1))));
  }

  // Who overtakes himself asks for more than is served: the queue, not the wire, is where he waits.
  function crowded(yes) {
    room = yes ? Math.max(1, room / 2) : Math.min(DEPTH, room + 1 / PATIENCE);
    depth = Math.min(depth, Math.floor(room));
  }

  async function land(id, reply, started, asked) {
    if (!reply?.unasked) crowded(reply?.superseded || reply?.error?.key === 'too-fast'); // the page itself saw no need
    if (!here() || reply?.superseded) return;
    const trip = performance.now() - started - (reply?.waited ?? 0); // the turns of others are not the wire
    if (Number.isFinite(reply?.ms)) measure(reply.ms, trip);
    if (id <= shown) return;
    const fresh = () => id > shown && (shown = id) > 0;
    const answered = reply && !reply.error;
    if (reply?.error?.key === 'searching') setTimeout(() => { if (here() && id === sent) set({}); }, LATER);
    if (!answered && fresh()) return fail(reply?.error, asked);
    if (answered) await show(reply, fresh, started, asked).catch(() => fresh() && fail());
  }

  function set(values) {
    args = { ...args, ...values };
    wanted = true;
    fly();
  }

  listen(window, 'noisewalk:set', ({ detail }) => {
    if (name === (detail.canvas ?? detail.plot)) set(detail.values);
  });
  emit('ready', { widget: name });
  return { set, args: () => args };
}
