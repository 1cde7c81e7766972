"use strict";
(function () {
  const MODES = { rail: "#2f5d8a", road: "#8a5a2b", sea: "#1f8a83", pipeline: "#6b4c9a" };

  function number(value) {
    return Math.round(value).toLocaleString("en-US").replaceAll(",", "\u202f");
  }

  function element(tag, text) {
    const made = document.createElement(tag);
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  }

  function draw(map, data) {
    const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    L.geoJSON(data.countries, {
      interactive: false,
      style: {
        color: dark ? "#3a4855" : "#b9c3cc", weight: 0.7,
        fillColor: dark ? "#222e39" : "#f6f5f1", fillOpacity: 1,
      },
    }).addTo(map);

    const most = Math.max(1, ...data.links.map((link) => Math.max(...link.t)));
    const lines = data.links.map((link) => {
      const line = L.polyline(link.line, { color: MODES[link.mode], lineCap: "round" }).addTo(map);
      line.bindTooltip(() => element("span", link.name + ": " + number(link.t[day]) + " t a day"),
        { sticky: true });
      return line;
    });
    const biggest = Math.max(1, ...data.queues.map((queue) => Math.max(...queue.t)));
    const circles = data.queues.map((queue) => {
      const circle = L.circleMarker(queue.at, {
        color: "#8e1b2c", weight: 1.5, fillColor: "#d63a4d", fillOpacity: 0.55,
      });
      circle.bindTooltip(() => element("span", queue.name + ": " + number(queue.units[day]) + " " +
        queue.unit + ", " + number(queue.t[day]) + " t"));
      return circle;
    });

    let day = 0;
    const slider = document.getElementById("queue-slider");
    const label = document.getElementById("queue-day");
    const body = document.getElementById("queue-rows");
    slider.max = String(data.days.length - 1);

    function show(next) {
      day = next;
      slider.value = String(day);
      slider.setAttribute("aria-valuetext", data.days[day]);
      label.textContent = data.days[day] + (data.notes[day] ? " \u00b7 " + data.notes[day] : "");
      lines.forEach((line, i) => {
        const t = data.links[i].t[day];
        line.setStyle({ weight: t > 0 ? 0.8 + 9 * Math.sqrt(t / most) : 0, opacity: t > 0 ? 0.7 : 0 });
      });
      circles.forEach((circle, i) => {
        const t = data.queues[i].t[day];
        if (t > 0) {
          circle.setRadius(3 + 34 * Math.sqrt(t / biggest));
          circle.addTo(map);
        } else {
          circle.remove();
        }
      });
      const order = data.queues.map((queue, i) => [queue.t[day], i])
        .filter((pair) => pair[0] > 0).sort((a, b) => b[0] - a[0]).slice(0, 8);
      body.replaceChildren(...order.map(([, i]) => {
        const queue = data.queues[i];
        const row = element("tr");
        row.append(element("td", queue.name), element("td", number(queue.units[day]) + " " + queue.unit));
        return row;
      }));
      if (!order.length) {
        const row = element("tr");
        row.append(element("td", "Nothing waits"), element("td", ""));
        body.append(row);
      }
    }

    let timer = null;
    const play = document.getElementById("queue-play");
    function stop() {
      window.clearInterval(timer);
      timer = null;
      play.textContent = "Play";
    }
    play.addEventListener("click", () => {
      if (timer !== null) {
        stop();
        return;
      }
      if (day === data.days.length - 1) {
        show(0);
      }
      play.textContent = "Stop";
      timer = window.setInterval(() => {
        if (day >= data.days.length - 1) {
          stop();
        } else {
          show(day + 1);
        }
      }, 250);
    });
    slider.addEventListener("input", () => {
      stop();
      show(Number(slider.value));
    });
    show(data.begin);
    const wide = window.innerWidth > 640;
    map.fitBounds(data.bounds, wide ? { paddingTopLeft: [350, 0] } : {});
  }

  window.corridorsQueues = { draw: draw };
})();
