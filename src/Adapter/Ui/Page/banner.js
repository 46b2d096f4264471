// Says that the picture is not of now, and why.

import { byId, setText } from './dom.js';
import { timeText } from './words.js';

let connection = null;

export const lost = sentence => { connection = sentence; };
export const found = () => { connection = null; };

/** @param picture the last one; null before the first. */
export function drawBanner(picture) {
  const daemon = picture?.daemon;
  const problem = connection ?? (daemon?.reachable === false ? daemon.problem ?? 'The daemon does not answer.' : null);
  const banner = byId('banner');
  const wasHidden = banner.hidden;
  banner.hidden = problem === null;
  document.body.classList.toggle('stale', problem !== null);
  if (problem === null) return wasHidden ? null : 'Connected again.';
  setText(byId('banner-what'), connection ? 'Connection lost.' : 'cnm-cni does not answer.');
  setText(byId('banner-then'), `${problem} ${picture ? `The picture is of ${timeText(picture.time)}; ` : ''}trying again each second.`);
  return null;
}
