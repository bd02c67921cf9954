"""The formula of the chosen sampler, in letters; under it, by the run, in numbers; and what both of them mean."""

from __future__ import annotations

import gradio as gr

from demo.tabs.page import Tab
from demo.words import table


def row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def frac(above: str, below: str) -> str:
    return f"<mfrac>{row(above)}{row(below)}</mfrac>"


def root(*inside: str) -> str:
    return f"<msqrt>{''.join(inside)}</msqrt>"


def power(base: str, exponent: str) -> str:
    return f"<msup>{row(base)}{row(exponent)}</msup>"


def sub(base: str, index: str) -> str:
    return f"<msub>{row(base)}{row(index)}</msub>"


def inside(*parts: str) -> str:
    return f"<mo>(</mo>{''.join(parts)}<mo>)</mo>"


def word(letter: str) -> str:
    return f"<mi>{letter}</mi>"


def prime(letter: str) -> str:
    return f'<mrow><mi>{letter}</mi><mo lspace="0" rspace="0">′</mo></mrow>'


def hat(letter: str) -> str:
    return f"<mover><mi>{letter}</mi><mo>^</mo></mover>"


PLUS, MINUS, IS, ONE, TWO = "<mo>+</mo>", "<mo>−</mo>", "<mo>=</mo>", "<mn>1</mn>", "<mn>2</mn>"
GAP = '<mspace width="0.2em"/>'
X, Y, Z, U, H, D, THETA, ETA = (word(letter) for letter in "xyzuhdτη")
ALPHA, SIGMA, BETA, GAMMA = (word(letter) for letter in "ασβγ")
BEFORE = "<mn>−1</mn>"
GUESS, EPS = sub(hat("x"), "<mn>0</mn>"), hat("ε")
BACK = f"<mo>[</mo>{BEFORE}<mo>]</mo>"  # of the step before
HALF = frac(ONE, TWO)
HALF_WAY = inside("<mn>½</mn>")
BENT = row(frac(H, TWO + sub(H, BEFORE)))
KEPT = frac(prime("σ"), SIGMA) + X
FORGOT = prime("α") + inside(ONE, MINUS, power(word("e"), MINUS + H))
STRAIGHT = prime("y") + IS + Y + PLUS + inside(prime("u"), MINUS, U)
LINE = inside(inside(ONE, PLUS, BENT), GAP, GUESS, MINUS, BENT, GAP, GUESS, BACK)
RATE = power(word("e"), THETA + MINUS + H)
POLYNOMIAL = (
    f"{KEPT}{PLUS}{prime('α')}<msubsup><mo>∫</mo><mn>0</mn>{H}</msubsup>{RATE}{GAP}{word('P')}{inside(THETA)}"
    f"{GAP}<mi>d</mi>{THETA}"
)
OLD_NOISE = root(power(prime("σ"), TWO), MINUS, power(GAMMA, TWO))
SPREAD = power(inside(frac(prime("σ"), SIGMA)), ONE + MINUS + word("v"))
FORMULAS = {
    "ddpm": row(
        prime("x"), IS, frac(prime("α") + BETA, power(SIGMA, TWO)), GUESS, PLUS,
        frac(ALPHA + power(prime("σ"), TWO), prime("α") + power(SIGMA, TWO)), X, PLUS, root(BETA), SPREAD, Z,
    ),
    "ddim": row(prime("x"), IS, prime("α"), GUESS, PLUS, OLD_NOISE, GAP, EPS, PLUS, GAMMA, Z),
    "consistency": row(prime("x"), IS, prime("α"), GUESS, PLUS, prime("σ"), Z),
    "euler": row(STRAIGHT, GAP, D),
    "heun": row(STRAIGHT, HALF, inside(D, PLUS, D, inside(prime("t")))),
    "dpm-2": row(STRAIGHT, GAP, D, HALF_WAY),
    "rk4": row(
        STRAIGHT, frac(ONE, "<mn>6</mn>"),
        inside(*(
            part for k, weight in enumerate((ONE, TWO, TWO, ONE))
            for part in (PLUS if k else "", weight if weight != ONE else "", sub(D, f"<mn>{k + 1}</mn>"))
        )),
    ),
    "lms": row(
        prime("y"), IS, Y, PLUS, "<munder><mo>∑</mo><mi>j</mi></munder>", sub(word("w"), word("j")),
        D, "<mo>[</mo>", '<mo form="prefix">−</mo>', word("j"), "<mo>]</mo>",
    ),
    "dpmpp-2s": row(prime("x"), IS, KEPT, PLUS, FORGOT, GAP, GUESS, HALF_WAY),
    "dpmpp-2m": row(prime("x"), IS, KEPT, PLUS, FORGOT, LINE),
    "dpmpp-3m": row(prime("x"), IS, POLYNOMIAL),
    "dpmpp-3m-fixed": row(prime("x"), IS, POLYNOMIAL),
    "dpmpp-sde": row(
        prime("x"), IS, prime("α"), GUESS, HALF_WAY, PLUS, OLD_NOISE, GAP,
        frac(X + MINUS + ALPHA + GUESS + HALF_WAY, SIGMA), PLUS, GAMMA, Z,
    ),
    "dpmpp-2m-sde": row(
        prime("x"), IS, power(word("e"), MINUS + ETA + H), GAP, KEPT, PLUS, prime("α"),
        inside(ONE, MINUS, power(word("e"), MINUS + inside(ONE, PLUS, ETA) + H)), LINE, PLUS, prime("σ"),
        root(ONE, MINUS, power(word("e"), MINUS + TWO + ETA + H)), GAP, Z,
    ),
    "unipc-1": row(prime("x"), IS, KEPT, PLUS, FORGOT, HALF, inside(GUESS, PLUS, GUESS, inside(prime("t")))),
    "unipc-2": row(prime("x"), IS, POLYNOMIAL),
    "deis-2": row(
        prime("x"), IS, prime("α"), inside(
            frac(X, ALPHA), PLUS, f"<msubsup><mo>∫</mo>{word('s')}{prime('s')}</msubsup>", word("E"),
            inside(word("ς")), GAP, "<mi>d</mi>", word("ς"),
        ),
    ),
}  # fmt: skip
SLOPES = ("euler", "heun", "dpm-2", "lms", "rk4")
CURVES = {"dpmpp-3m": "bent-half", "dpmpp-3m-fixed": "bent", "unipc-2": "bent-ahead"}
LETTERS = {  # sentence -> the samplers in whose formulas its letters stand
    "next": (*FORMULAS,),
    "guess": (*FORMULAS,),
    "back": ("lms", "dpmpp-2m", "dpmpp-3m", "dpmpp-3m-fixed", "dpmpp-2m-sde", "unipc-2", "deis-2"),
    "inner": ("heun", "dpm-2", "rk4", "dpmpp-2s", "dpmpp-sde", "unipc-1", "unipc-2"),
    "rearranged": ("consistency",),
    "fresh": ("ddpm", "ddim", "euler", "heun", "dpmpp-sde", "dpmpp-2m-sde"),
    "beta": ("ddpm",),
    "gamma": ("ddim", "dpmpp-sde"),
    "slope": SLOPES,
    "lower": ("euler",),
    "runge": ("rk4",),
    "adams": ("lms",),
    "length": ("dpmpp-2s", "dpmpp-2m", "dpmpp-2m-sde", "unipc-1", *CURVES),
    **{sentence: (sampler,) for sampler, sentence in CURVES.items()},
    "level": ("deis-2",),
}


def layout(tab: Tab) -> None:
    """The formula in letters and in numbers; what the letters mean unfolds below."""
    formulas = "".join(
        f'<div class="nw-formula" data-of="{name}" hidden><math displaystyle="true">{formula}</math></div>'
        for name, formula in FORMULAS.items()
    )
    gr.HTML(f'<div id="denoising-formulas">{formulas}</div>', apply_default_css=False)
    tab.facts_line("denoising.formula", "denoising-run")
    said = table("en")
    letters = "".join(
        f'<p data-of="{" ".join(whose)}" data-say="denoising.letter.{each}" hidden>'
        f"{said['denoising.letter.' + each]}</p>"
        for each, whose in LETTERS.items()
    )
    gr.HTML(
        '<details class="nw-prose nw-letters" id="denoising-letters"><summary data-say="denoising.letters">'
        f"{said['denoising.letters']}</summary>{letters}</details>",
        apply_default_css=False,
    )
