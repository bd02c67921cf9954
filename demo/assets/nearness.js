// Whether a picture was copied, in pictures and in words: what views/nearness.py found, for every tab that asks.
(() => {
  const say = (key, values) => window.noisewalk.say("t:latent.near." + key, values);
  const CERTAIN = 0.01; // of real new pictures, so few come as near as what may be a copy

  function card(base64, text, caption = text) {
    const item = document.createElement("figure"), image = new Image(), words = document.createElement("figcaption");
    image.src = "data:image/jpeg;base64," + base64;
    image.alt = text;
    words.textContent = caption;
    item.append(image, words);
    return item;
  }
  // Where there is little room, the distance alone is said under each.
  const cards = ({ pictures, items, distances }, brief = false) => pictures.map((picture, k) => {
    const distance = distances[k].toFixed(1), text = say("item", { item: items[k], distance });
    return card(picture, text, brief ? distance : text);
  });
  function verdict({ chance, usual, distances }) {
    const { count } = usual, before = Math.round(chance * (count + 1)) - 1;
    const kind = chance <= CERTAIN ? "copy" : chance > 1 - CERTAIN ? "far" : "usual";
    const numbers = { distance: distances[0].toFixed(1), before, count, chance: (100 * chance).toFixed(1), low: usual.low.toFixed(1), middle: usual.middle.toFixed(1), high: usual.high.toFixed(1) };
    return { kind, numbers, said: say(kind, numbers) };
  }
  window.noisewalk.nearness = { card, cards, verdict };
})();
