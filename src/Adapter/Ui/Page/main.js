// Brings the parts together: events → model → picture, table, panels.

import { byId } from './dom.js';
import { listen } from './stream.js';
import { Model } from './model.js';
import { Layout } from './layout.js';
import { Traffic } from './traffic.js';
import { Picture } from './picture.js';
import { Flows } from './flows.js';
import { Zoom } from './zoom.js';
import { Focus } from './focus.js';
import { Search } from './search.js';
import { Table } from './table.js';
import { Detail } from './detail.js';
import { View } from './view.js';
import { theme } from './theme.js';
import { Feed } from './feed.js';
import { announce, announceChange } from './announce.js';
import { drawAttention } from './attention.js';
import { drawSummary } from './summary.js';
import { drawBanner, found, lost } from './banner.js';

const [model, layout, traffic] = [new Model(), new Layout(), new Traffic()];
const feed = new Feed(model);
const [stage, ground, world] = [byId('picture-view'), byId('ground'), byId('world')];
const picture = new Picture({ model, layout, traffic, ground, world, onMove: () => flows.draw() });
const zoom = new Zoom(stage, [ground, world], transform => flows.look(transform));
const detail = new Detail({ model, traffic, onClose: key => { mark(null); view.go(model.member(key) ? key : null); } });
const focus = new Focus(world, { model, layout, picture, zoom, onFocus: () => flows.draw(), onOpen: open });
const flows = new Flows(byId('flows'), { model, layout, traffic, motion: picture.motion, focus });
const table = new Table({ model, traffic, onOpen: open });
const view = new View({ focus, table, onChange: drawShown });
const search = new Search(model, { change: drawShown, go: key => view.go(key), leave: () => view.go(null) });

function open(key) {
  mark(key);
  detail.open(key);
}

function mark(key) {
  for (const element of world.querySelectorAll('.member.selected')) element.classList.remove('selected');
  if (key) picture.element(key)?.classList.add('selected');
}

function drawShown() {
  if (model.picture === null) return;
  const shown = search.apply(picture);
  if (view.isTable) {
    table.draw(shown);
    return;
  }
  const width = stage.clientWidth;
  if (byId('flows').clientWidth > 0) flows.resize(width, stage.clientHeight);
  zoom.fit(layout.bounds);
}

model.on(change => {
  picture.draw(change, zoom.aspect);
  focus.keep();
  drawSummary(model);
  view.attend(drawAttention(model));
  drawShown();
  drawWhetherStale();
  feed.follow(change);
  announceChange(change);
  if ([...change.came, ...change.went, ...change.changed].some(member => member.key === detail.key)) detail.refresh();
});

function drawWhetherStale() {
  const sentence = drawBanner(model.picture);
  if (sentence) announce(sentence);
}

const events = {
  picture: data => model.begin(data),
  change: data => model.change(data),
  happened: data => feed.add(data),
  traffic: data => {
    traffic.add(data, performance.now());
    if (document.hidden) return;
    if (view.isTable) table.drawTraffic();
    else picture.drawTraffic();
    detail.drawTraffic();
    flows.draw();
  },
};

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input')) return;
  const act = {
    '/': () => search.focus(), t: () => view.toggle(), Escape: () => detail.close(),
    '+': () => zoom.by(1.4), '-': () => zoom.by(1 / 1.4), 0: () => byId('zoom-fit').click(),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

new ResizeObserver(() => {
  if (model.picture !== null && !view.isTable) {
    picture.draw({ isFirst: true }, zoom.aspect);
    drawShown();
  }
}).observe(stage);
theme(() => flows.repaint());
listen('events', {
  event: (name, data) => events[name]?.(data),
  open: () => { found(); drawWhetherStale(); },
  lost: sentence => { lost(sentence); drawWhetherStale(); },
});
