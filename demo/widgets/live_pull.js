// Pulling: the picture is grabbed, and a plane of latents moves under it like a map under a window.
// `props.pull` names the two arguments and the knobs of the page that say how: speed, drift, snap.
if (props.pull) {
  const { axes, tab, knobs } = props.pull;
  const SLIP = 350, HALT = 0.02, SETTLE = 0.012, TRAVEL = 0.006; // milliseconds, widths a second, shares of the way a millisecond
  const still = window.matchMedia('(prefers-reduced-motion: reduce)');
  const knob = wanted => window.noisewalk?.valueOf(tab, knobs[wanted]);
  const places = () => axes.map(axis => requests.args()[axis] ?? 0);
  const round = value => Math.round(value * 1e3) / 1e3 + 0; // + 0: never -0
  let grip = null, ride = 0;

  function go(place) {
    const values = Object.fromEntries(axes.map((axis, k) => [axis, round(Math.max(-1000, Math.min(1000, place[k])))]));
    if (places().every((value, k) => value === values[axes[k]])) return; // a hand that rests asks for nothing
    requests.set(values);
    emit('drag', { canvas: name, values });
  }

  function halt() {
    cancelAnimationFrame(ride);
    ride = 0;
  }

  // Each frame gives the next place, or null when the ride is over.
  function animate(next) {
    let last = performance.now(), place = places();
    const frame = now => {
      if (!here()) return;
      const then = next(place, Math.min(now - last, 50));
      last = now;
      if (!then) { ride = 0; return settle(); }
      place = then;
      go(place);
      ride = requestAnimationFrame(frame);
    };
    ride = requestAnimationFrame(frame);
  }

  function drift(speed) {
    animate((place, passed) => {
      speed = speed.map(part => part * Math.exp(-passed / SLIP));
      return Math.hypot(...speed) * 1000 < HALT ? null : place.map((value, k) => value + speed[k] * passed);
    });
  }

  function settle() {
    if (!knob('snap')) return;
    approach(places().map(Math.round), SETTLE);
  }

  function approach(goal, rate) {
    const far = place => Math.hypot(...goal.map((value, k) => value - place[k]));
    if (!far(places())) return;
    if (still.matches) return go(goal);
    animate((place, passed) => {
      if (far(place) < 2e-3) { go(goal); return null; }
      return place.map((value, k) => value + (goal[k] - value) * (1 - Math.exp(-passed * rate)));
    });
  }

  const at = event => [event.clientX, event.clientY];
  listen(canvas, 'pointerdown', event => {
    halt();
    canvas.setPointerCapture(event.pointerId);
    grip = { from: at(event), start: places(), trail: [{ at: at(event), when: event.timeStamp }] };
    figure.classList.add('nw-gripped');
  });
  listen(canvas, 'pointermove', event => {
    if (!grip) return;
    const width = canvas.getBoundingClientRect().width, speed = knob('speed') ?? 1, [x, y] = at(event);
    go([grip.start[0] - ((x - grip.from[0]) / width) * speed, grip.start[1] - ((y - grip.from[1]) / width) * speed]);
    grip.trail.push({ at: [x, y], when: event.timeStamp });
    while (grip.trail.length > 2 && grip.trail[0].when < event.timeStamp - 80) grip.trail.shift();
  });
  for (const end of ['pointerup', 'pointercancel']) listen(canvas, end, event => {
    if (!grip) return;
    const [first, last] = [grip.trail[0], grip.trail.at(-1)];
    const passed = last.when - first.when, resting = event.timeStamp - last.when > 60;
    const width = canvas.getBoundingClientRect().width, speed = knob('speed') ?? 1;
    const thrown = [0, 1].map(k => (-(last.at[k] - first.at[k]) / width / Math.max(passed, 1)) * speed);
    grip = null;
    figure.classList.remove('nw-gripped');
    if (end === 'pointerup' && knob('drift') && !still.matches && !resting && Math.hypot(...thrown) * 1000 > 0.2) drift(thrown);
    else settle();
  });

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  listen(canvas, 'keydown', event => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    halt();
    const size = event.shiftKey ? 0.5 : 0.05;
    go(places().map((value, k) => value + step[k] * size));
  });
  // A map, Undo or a link has moved us: the ride is over.
  listen(window, 'noisewalk:set', event => { if (event.detail.canvas === name && !grip) halt(); });
  listen(window, 'noisewalk:travel', event => {
    if (event.detail.canvas !== name) return;
    halt();
    approach(event.detail.to, TRAVEL);
  });
  figure.classList.add('nw-pulled');
  canvas.tabIndex = 0;
}
