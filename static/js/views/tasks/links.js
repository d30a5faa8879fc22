/** Dependencies as thin lines: down from the end of a task to the start of the one that waited for it. */

/** @import {Task} from "../../types.js" */
/** @import {Frame} from "./bar.js" */

/** @typedef {{after: number, height: number}} Gap where a task is open: below which row, and how many rows high */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;

/**
 * The drawing is stretched over the bars: 1,000 units wide, one unit high a row.
 * @param {SVGSVGElement} svg
 * @param {Task[]} tasks
 * @param {Frame} frame
 * @param {Gap} gap
 */
export function drawLinks(svg, tasks, frame, gap) {
  const links = linksOf(tasks, frame, gap);
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${tasks.length + gap.height}`);
  while (svg.childElementCount > links.length) svg.lastElementChild?.remove();
  while (svg.childElementCount < links.length) svg.append(document.createElementNS(SVG, "path"));
  links.forEach(({ path, critical }, index) => {
    const line = svg.children[index];
    if (line.getAttribute("d") !== path) line.setAttribute("d", path);
    line.toggleAttribute("data-critical", critical);
  });
}

/**
 * @param {Task[]} tasks
 * @param {Frame} frame
 * @param {Gap} [gap]
 * @returns {{path: string, critical: boolean}[]}
 */
export function linksOf(tasks, { from, to, now, critical }, { after: opened, height } = { after: tasks.length, height: 0 }) {
  const x = (/** @type {number} */ at) => Math.round(((at - from) / (to - from)) * WIDTH * 10) / 10;
  const rows = new Map(tasks.map((task, row) => [task.id, { task, y: row + 0.5 + (row > opened ? height : 0) }]));
  return tasks.flatMap((task) =>
    task.dependsOn.flatMap((id) => {
      const before = rows.get(id);
      const after = rows.get(task.id);
      if (!before || !after || before.task.attempts.length === 0) return [];
      const end = before.task.endedAt ?? now;
      const start = Math.max(task.attempts[0]?.from ?? task.endedAt ?? now, end);
      const path = `M${x(end)} ${before.y}V${after.y}H${x(start)}`;
      return [{ path, critical: critical.has(id) && critical.has(task.id) }];
    }),
  );
}
