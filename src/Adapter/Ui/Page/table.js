// The same as the picture shows, as a table.

import { byId, el, setText } from './dom.js';
import { addressesOf, kindOf, nameOf, portText, rateText, runtimeOf, stateOf } from './words.js';

const { select } = globalThis.d3;

export class Table {
  #body = byId('members').tBodies[0];
  #model;
  #traffic;

  constructor({ model, traffic, onOpen }) {
    [this.#model, this.#traffic] = [model, traffic];
    this.#body.addEventListener('click', event => {
      const key = event.target.closest('tr')?.dataset.key;
      if (key) onOpen(key);
    });
    this.#body.addEventListener('keydown', event => this.#pressed(event));
  }

  /** @param found the keys to show; null for all. */
  draw(found) {
    const shown = [...this.#model.members.values()].filter(member => found === null || found.has(member.key));
    select(this.#body).selectAll('tr').data(shown, member => member.key)
      .join(enter => enter.append(newRow)).order().each(function (member) { drawRow(this, member); });
    byId('table-empty').hidden = shown.length > 0;
    this.drawTraffic();
  }

  drawTraffic() {
    for (const row of this.#body.rows) {
      const { received, sent } = this.#traffic.now(this.#model.member(row.dataset.key)?.link);
      setText(row.cells[7], received > 0 ? rateText(received) : '–');
      setText(row.cells[8], sent > 0 ? rateText(sent) : '–');
    }
  }

  /** @param key null for the first. */
  go(key) { (key === null ? this.#body.rows[0] : this.#row(key))?.querySelector('button').focus(); }

  #row(key) { return [...this.#body.rows].find(row => row.dataset.key === key); }

  #pressed(event) {
    const row = event.target.closest('tr');
    const next = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling,
      Home: this.#body.rows[0], End: this.#body.rows[this.#body.rows.length - 1] }[event.key];
    if (!next) return;
    event.preventDefault();
    next.querySelector('button').focus();
  }
}

function newRow() {
  return el('tr', {},
    el('th', { scope: 'row' }, el('button', { type: 'button', class: 'open' })),
    el('td', {}, el('i', { class: 'mark' }), el('span')), el('td'), el('td', {}, el('span', { class: 'state' })),
    el('td', { class: 'code' }), el('td', { class: 'code' }), el('td', { class: 'code' }),
    el('td', { class: 'number' }), el('td', { class: 'number' }));
}

const labels = ['Name', 'Kind', 'Network', 'State', 'Addresses', 'MAC', 'Ports', 'Receives', 'Sends'];

function drawRow(row, member) {
  const [name, kind, network, state, addresses, mac, ports] = row.cells;
  const { text, tone } = stateOf(member);
  row.dataset.key = member.key;
  row.className = member.kind;
  [...row.cells].forEach((cell, index) => { cell.dataset.label = labels[index]; });
  setText(name.firstChild, nameOf(member));
  kind.firstChild.className = `mark ${member.kind}`;
  setText(kind.lastChild, [kindOf(member), runtimeOf(member)].filter(Boolean).join(' · '));
  setText(network, member.network);
  state.firstChild.className = `state ${tone}`;
  setText(state.firstChild, member.problem ? `${text}: ${member.problem}` : text);
  setText(addresses, addressesOf(member).join(' '));
  setText(mac, member.mac ?? '');
  setText(ports, (member.ports ?? []).map(portText).join(' '));
}
