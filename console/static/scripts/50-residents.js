/* The residents' pages and the counter: the QR code's way in, photographs shown and made smaller before they are sent,
   where the telephone is, printing. Everything works without it, but the QR code, which then asks for number and code. */
(() => {
  "use strict";
  /* /r#NC-2026-000001.CODE2345: what is behind the # no server has seen; it goes on in the form, and out of the address. */
  const follow = document.querySelector("form[data-follow]");
  const scanned = /^#([A-Z]{1,8}-\d{4}-\d{6,12})\.([0-9A-Z]{6,12})$/.exec(location.hash);
  if (follow && scanned) {
    history.replaceState(null, "", location.pathname);
    follow.elements.number.value = scanned[1];
    follow.elements.code.value = scanned[2];
    follow.requestSubmit();
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  /* Photographs: at most so many, none larger than is kept, and without what the camera wrote into them. A long
     screenshot goes as it is: the server keeps it so that it can be read, and a telephone's canvas is too small for it. */
  const LONGEST = 2048;
  const long = ({ width, height }) => Math.max(width, height) > 2 * Math.min(width, height);
  const smaller = async (file) => {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      if (long(picture)) return file;
      const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      const sheet = document.createElement("canvas");
      sheet.width = Math.round(picture.width * scale);
      sheet.height = Math.round(picture.height * scale);
      const pen = sheet.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, sheet.width, sheet.height);
      pen.drawImage(picture, 0, 0, sheet.width, sheet.height);
      const blob = await new Promise((done) => sheet.toBlob(done, "image/jpeg", 0.85));
      return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
    } catch {
      return file; // not one that this browser reads: the server says what is wrong with it
    }
  };
  for (const field of document.querySelectorAll("[data-photos]")) {
    const input = field.querySelector("input");
    const list = field.querySelector("[data-previews]");
    input.addEventListener("change", async () => {
      const files = [];
      // One after the other: a telephone has no room for six of its largest photographs at once.
      for (const file of [...input.files].slice(0, Number(field.dataset.photos))) files.push(await smaller(file));
      const kept = new DataTransfer();
      for (const file of files) kept.items.add(file);
      input.files = kept.files;
      for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
      list.replaceChildren(...files.map((file) => {
        const image = document.createElement("img");
        image.src = URL.createObjectURL(file);
        image.alt = file.name;
        const item = document.createElement("li");
        item.append(image);
        return item;
      }));
      list.hidden = !files.length;
    });
  }

  for (const place of document.querySelectorAll("[data-place]")) {
    const button = place.querySelector("[data-locate]");
    const said = place.querySelector("[role=status]");
    if (!navigator.geolocation) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          place.querySelector("[name='location.lat']").value = coords.latitude.toFixed(5);
          place.querySelector("[name='location.lon']").value = coords.longitude.toFixed(5);
          said.textContent = said.dataset.found;
        },
        () => (said.textContent = said.dataset.failed),
        { timeout: 10000, maximumAge: 60000 },
      );
    });
  }
})();
