"""What the page around the widgets would give them: a script that speaks, and the colors of a theme."""

from __future__ import annotations

# Stands in for the page's own script: English sentences, or the bare keys in brackets.
SCRIPT = """<script>
window.noisewalk = (() => {
  let spoken = 'en';
  const words = %s;
  const fill = (text, values) => text.replace(/\\{(\\w+)\\}/g, (_, key) => values?.[key] ?? '');
  return {
    language: () => spoken,
    speak: lang => { spoken = lang; window.dispatchEvent(new Event('noisewalk:language')); },
    say: (text, values) => {
      if (!String(text ?? '').startsWith('t:')) return String(text ?? '');
      const [key, json] = text.slice(2).split('|');
      const said = fill(words[key] ?? key, values ?? (json && JSON.parse(json)));
      return spoken === 'en' ? said : '⟦' + said + '⟧';
    },
  };
})();
</script>"""

WORDS = {
    "widgets.failed": "That did not work. Change something to try again.",
    "widgets.offline": "The server cannot be reached. Change something to try again.",
    "widgets.cost": "{ms} ms",
    "widgets.pace": "{ms} ms · {rate} a second",
    "widgets.picture": "Picture",
    "widgets.plot": "Plot",
    "widgets.handle": "Point {index} of {count}: {x}, {y}",
    "widgets.cloud": "Points in the plane",
    "widgets.lost": "Some frames were lost on the way. Run it again.",
    "widgets.play": "Play",
    "widgets.pause": "Pause",
    "widgets.speed": "Speed: {speed} times",
    "widgets.scrub": "Step",
    "widgets.zoom-in": "Zoom in",
    "widgets.zoom-out": "Zoom out",
    "widgets.zoom-fit": "Show all",
    "lab.legend": "Every dot is a sample: {real}, or {made} by following the {score} out of the {noise}.",
    "lab.real": "real",
    "lab.made": "generated",
    "lab.score": "arrows",
    "lab.noise": "likely places",
    "frame": "t = {t}, ᾱ = {alpha_bar}",
    "panes.x": "noisy picture",
    "panes.x0": "predicted picture",
    "panes.eps": "predicted noise",
    "refused.steps": "Steps must be at most {high}.",
    "plots.step": "step t",
    "plots.alpha_bar": "signal ᾱ",
    "plots.linear": "linear",
    "plots.cosine": "cosine",
}

LIGHT = {
    "real": "#0072b2",
    "generated": "#c8501e",
    "noise": "#8a8f98",
    "generator": "#00805a",
    "discriminator": "#9c4f96",
}
LIGHT |= {
    "ink": "#1d2329",
    "muted": "#68717b",
    "paper": "#fbfaf7",
    "panel": "#fff",
    "line": "#dcdad3",
    "accent": "#0b6e75",
}
DARK = {
    "real": "#56b4e9",
    "generated": "#f0915c",
    "noise": "#9aa3ad",
    "generator": "#3fc39a",
    "discriminator": "#d79ad1",
}
DARK |= {
    "ink": "#e8e6e1",
    "muted": "#98a1aa",
    "paper": "#14181c",
    "panel": "#1b2126",
    "line": "#303941",
    "accent": "#5ec4c9",
}


def properties(colours: dict[str, str]) -> str:
    return "; ".join(f"--nw-{name}: {colour}" for name, colour in colours.items())


THEME = f""":root {{ {properties(LIGHT)} }} body.dark {{ {properties(DARK)} }}
body, gradio-app {{ background: var(--nw-paper) !important; }}"""
