// A server that answers late, and hands that press buttons: `answer` is what /join says, `slow` how late the others are.
globalThis.sent = [];
globalThis.rest = (time = 40) => new Promise(then => setTimeout(then, time));
window.fetch = async (to, options) => {
  const act = String(to).split('/').at(-1);
  sent.push(act + (options?.body ?? ''));
  await rest(act === 'join' ? 20 : window.slow?.[act] ?? 0);
  if (act !== 'join') {
    if (window.broken?.pop()) throw new TypeError('lost');
    return { ok: true };
  }
  const [said] = window.answers;
  if (window.answers.length > 1) window.answers.shift();
  return new Response(JSON.stringify(said), { status: said.event_id ? 200 : 503 });
};
globalThis.ask = (act, body) => fetch('http://x/gradio_api/' + act, { body: JSON.stringify(body) });
globalThis.cancels = () => sent.filter(line => line.startsWith('cancel')).map(line => JSON.parse(line.slice(6)).event_id);

// A component with a name of its own, one without, and one that stands nowhere on the page.
window.gradio_config = {
  components: [{ id: 5, props: { elem_id: 'go' } }, { id: 6, props: {} }, { id: 7, props: {} }, { id: 8, props: { elem_id: 'stage' } }],
  dependencies: [{ id: 3, outputs: [8, 6] }],
};
globalThis.clicks = [];
named('go', 'component-6', 'some-stop', 'play');
for (const id of ['go', 'component-6', 'some-stop', 'play']) {
  Object.assign(document.getElementById(id), { id, click: () => clicks.push(id) });
}

// Presses by hand, and how many of them went through to Gradio; only a browser makes events that are trusted.
let heard;
const on = window.addEventListener;
window.addEventListener = (type, listener, first) => {
  if (type === 'click' && first === true) heard = listener;
  on(type, listener, first);
};
globalThis.through = 0;
globalThis.press = (id, isTrusted = true) => {
  const button = document.getElementById(id);
  through++;
  heard({ target: { closest: () => button }, isTrusted, stopImmediatePropagation: () => { through--; } });
};
