// The sentences under a study: what the plot above shows, and what spoils it.
(() => {
  const parts = (window.noisewalk.samplersParts ??= {});
  parts.notes = kit => {
    const box = kit.element.querySelector(".nw-notes");
    const fill = () => box.replaceChildren(...(kit.props.value?.lines ?? []).map(line => Object.assign(document.createElement("p"), { innerHTML: kit.say(line) })));
    kit.watch("value", fill);
    kit.whenPageChanges(fill);
    fill();
  };
})();
