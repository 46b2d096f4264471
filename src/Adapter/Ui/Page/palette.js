// The colours of the style sheet, for the canvas.

const names = { cable: '--cable', loud: '--loud', accent: '--accent', flow: '--flow', spark: '--spark' };

export class Palette {
  #element;

  constructor(element) {
    this.#element = element;
    this.read();
  }

  /** Again, when the scheme has changed. A property is text; only `color` is computed. */
  read() {
    for (const [name, property] of Object.entries(names)) {
      this.#element.style.color = `var(${property})`;
      this[name] = getComputedStyle(this.#element).color;
    }
    this.#element.style.color = '';
  }
}
