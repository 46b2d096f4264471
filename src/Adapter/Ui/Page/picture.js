// The picture: regions, hubs, places and members as elements in one plane, which zoom.js moves. The cables are flows.js's.

import { byId, el, setText } from './dom.js';
import { drawCard, drawTraffic, newCard } from './card.js';
import { Motion } from './motion.js';

const { select } = globalThis.d3;
const FADE = 450;

export class Picture {
  #model;
  #layout;
  #traffic;
  #world;
  #hubs;
  #members;
  #ground;
  motion;

  /** @param ground the plane below the cables. @param world the one above them. */
  constructor({ model, layout, traffic, ground, world, onMove }) {
    this.motion = new Motion(onMove);
    [this.#model, this.#layout, this.#traffic, this.#ground, this.#world] = [model, layout, traffic, ground, world];
    this.#hubs = el('div');
    this.#members = el('div', { role: 'group', 'aria-label': 'Containers and pods, by address' });
    world.append(this.#hubs, this.#members);
  }

  element(key) { return this.motion.element(key); }

  /** @param aspect of the room for the picture. */
  draw({ isFirst }, aspect) {
    this.#layout.update(this.#model, aspect);
    this.#drawGround();
    this.#drawMembers(isFirst);
    // Of a daemon that has not answered yet, nothing is known.
    byId('no-network').hidden = this.#model.networks.length > 0 || this.#model.picture.daemon.reachable === false;
    this.#world.classList.toggle('crowded', this.#model.members.size > 60);
  }

  drawTraffic() {
    for (const member of this.#model.members.values()) {
      const element = this.motion.element(member.key);
      if (element?.dataset.size === 'large') drawTraffic(element, this.#traffic.history(member.link));
    }
  }

  #drawGround() {
    const { frame, places } = this.#layout;
    const host = this.#model.picture.host ?? 'host';
    select(this.#ground).selectAll('.frame').data([host]).join(newFrame).each(function (name) {
      place(this, frame.x, frame.y, frame.width, frame.height);
      setText(this.firstChild, name);
    });
    const { networks } = this.#model;
    select(this.#ground).selectAll('.network').data(networks, network => network.name)
      .join(newNetwork).each((network, index, nodes) => this.#drawNetwork(network, nodes[index]));
    select(this.#hubs).selectAll('.hub').data(networks, network => network.name)
      .join(newHub).each((network, index, nodes) => this.#drawHub(network, nodes[index]));
    select(this.#hubs).selectAll('.place').data(['outside', 'host']).join(newPlace)
      .each(function (name) { this.style.transform = `translate(${places[name].x}px, ${places[name].y}px)`; });
  }

  #drawNetwork(network, element) {
    const region = this.#layout.networks.get(network.name);
    place(element, region.x, region.y, region.width, region.height);
    setText(element.querySelector('h3'), network.name);
    setText(element.querySelector('.subnets'), (network.subnets ?? []).join('  '));
    setText(element.querySelector('.chain'), (network.plugins ?? []).join(' → '));
    const notes = [...(network.dockerNetworks ?? []).map(docker => docker.problem), network.whyIncomplete].filter(Boolean);
    setText(element.querySelector('.note'), notes.length > 0 ? `▲ ${notes.join(' ')}` : '');
  }

  #drawHub(network, hub) {
    const { link } = network;
    const region = this.#layout.networks.get(network.name);
    hub.style.transform = `translate(${region.x + region.hub.x}px, ${region.y + region.hub.y}px)`;
    hub.classList.toggle('down', link?.state !== undefined && link.state !== 'up');
    setText(hub.querySelector('.hub-name'), link?.name ?? network.name);
    const facts = link ? [link.kind, link.state, link.mtu && `MTU ${link.mtu}`].filter(Boolean) : ['no link of its own'];
    setText(hub.querySelector('.hub-kind'), facts.join(' · '));
    setText(hub.querySelector('.hub-address'), (link?.addresses ?? []).filter(one => !one.startsWith('fe80')).join('  '));
    setText(hub.querySelector('.nobody'), region.places.length === 0 ? 'No containers or pods yet' : '');
  }

  #drawMembers(isFirst) {
    const shown = [...this.#model.members.values()].filter(member => this.#layout.members.has(member.key));
    select(this.#members).selectAll('.member:not(.going)').data(shown, member => member.key).join(
      enter => enter.append(newCard).classed('coming', !isFirst).attr('data-key', member => member.key),
      update => update,
      exit => exit.each(member => this.motion.release(member.key)).classed('going', true).attr('tabindex', -1).attr('aria-hidden', true)
        .each(function () { setTimeout(() => this.remove(), FADE); }))
      .order()
      .each((member, index, nodes) => {
        const { x, y, size } = this.#layout.members.get(member.key);
        drawCard(nodes[index], member, size);
        this.motion.move(member.key, nodes[index], x, y);
      });
  }
}

function place(element, x, y, width, height) {
  Object.assign(element.style, { transform: `translate(${x}px, ${y}px)`, width: `${width}px`, height: `${height}px` });
}

const newFrame = enter => enter.append(() => el('div', { class: 'frame' }, el('span', { class: 'frame-name' })));

const newNetwork = enter => enter.append(() => el('section', { class: 'network' },
  el('header', {}, el('h3'), el('span', { class: 'subnets' }), el('span', { class: 'chain' }), el('span', { class: 'note' }))));

const newHub = enter => enter.append(() => el('div', { class: 'hub' },
  ...['hub-name', 'hub-kind', 'hub-address', 'nobody'].map(name => el('span', { class: name }))));

const newPlace = enter => enter.append(name => el('div', { class: `place ${name}` }, el('i', { class: 'place-mark' }),
  el('span', { text: name === 'host' ? 'this host' : 'outside' })));
