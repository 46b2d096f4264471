// Elements. Text only ever becomes a text node: names come from containers, and are not to be trusted.

const SVG = 'http://www.w3.org/2000/svg';

/** An element with attributes and children. `text` is its text, `class` its classes; a null attribute or child is left out. */
export function el(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'text') element.textContent = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = id => document.getElementById(id);

/** Sets a text only where it differs: a change that is none would cost a layout. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
