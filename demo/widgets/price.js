// One line that says what the run will cost, asked anew whenever a knob is turned.
const line = element.querySelector('.nw-price');
let last = null;

function write() {
  if (!last) return;
  const [key, values] = last.error ? ['refused.' + last.error.key, last.error.values] : ['widgets.price', last];
  line.textContent = say('t:' + key, values);
  line.classList.toggle('nw-error', Boolean(last.error));
}
function take(reply) { last = reply; write(); emit('painted', { canvas: name, reply }); }

pump(Object.values(server)[0], async (reply, fresh) => { if (fresh()) take(reply); }, error => { if (error) take({ error }); });
whenPageChanges(write);
