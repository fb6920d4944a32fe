// A link to the same page in the other language, beside the search button.
(() => {
  const korean = document.documentElement.lang === "ko";
  const root = new URL(path_to_root || "./", location.href);
  const page = location.href.slice(root.href.length);
  const link = document.createElement("a");
  link.href = korean ? new URL("../" + page, root) : new URL("ko/" + page, root);
  link.textContent = korean ? "English" : "한국어";
  link.lang = korean ? "en" : "ko";
  link.className = "icon-button";
  document.querySelector(".right-buttons")?.prepend(link);
})();
