// A visitor's picture, opened and made small here: what leaves the page is a square of a few thousand pixels.
(() => {
  const HEAVIEST = 60e6, WIDEST = 1024; // bytes of a file; pixels along the shorter side that are kept while it is cropped

  // The first frame, upright; anything that is no picture ends in a refusal in words.
  async function read(file) {
    if (file.size > HEAVIEST) throw "t:upload.heavy";
    const whole = await createImageBitmap(file).catch(() => { throw "t:upload.no"; });
    const shrink = WIDEST / Math.min(whole.width, whole.height);
    if (shrink >= 1 || Math.max(whole.width, whole.height) < 4 * WIDEST) return whole;
    const [resizeWidth, resizeHeight] = [whole.width, whole.height].map((side) => Math.max(1, Math.round(side * shrink)));
    const small = await createImageBitmap(whole, { resizeWidth, resizeHeight, resizeQuality: "high" }).catch(() => { throw "t:upload.no"; });
    whole.close();
    return small;
  }
  const refuse = (reason) => window.noisewalk.notice(typeof reason === "string" ? reason : "t:upload.no");

  const middle = ({ width, height }) => ({ x: width / 2, y: height / 2, side: Math.min(width, height) });
  // A square of the picture on white paper, in so many pixels.
  function cut(bitmap, { x, y, side }, pixels, filter = "none") {
    const canvas = Object.assign(document.createElement("canvas"), { width: pixels, height: pixels }), pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, pixels, pixels);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(bitmap, x - side / 2, y - side / 2, side, side, 0, 0, pixels, pixels);
    if (filter === "none") return canvas;
    const filtered = Object.assign(document.createElement("canvas"), { width: pixels, height: pixels }), brush = filtered.getContext("2d");
    brush.filter = filter;
    brush.drawImage(canvas, 0, 0);
    return filtered;
  }
  const letters = (canvas, type = "image/png") => canvas.toDataURL(type, 0.92).split(",")[1];

  Object.assign(window.noisewalk, { uploads: { read, refuse, middle, cut, letters } });
})();
