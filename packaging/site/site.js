// The page works without it; it adds the choice of light or dark, and the search.
;(() => {
  const root = document.currentScript.dataset.root
  const html = document.documentElement
  const store = {
    get: () => {
      try {
        return localStorage.getItem('weir-scheme')
      } catch {
        return null // a browser that keeps nothing
      }
    },
    set: (scheme) => {
      try {
        localStorage.setItem('weir-scheme', scheme)
      } catch {
        // then it holds for this page
      }
    },
  }
  const chosen = store.get()
  if (chosen) html.dataset.scheme = chosen

  const wide = matchMedia('(min-width: 960px)')
  let sections
  const load = () =>
    (sections ??= new Promise((resolve) => {
      const script = document.createElement('script')
      script.src = `${root}/search-index.js`
      script.onload = () => resolve(window.weirSearch)
      document.head.append(script)
    }))

  /** All words must begin a word of the section; where they do decides the order. */
  const find = (all, text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    if (words.length === 0) return []
    const begins = words.map(
      (word) => new RegExp(`(^|[^a-z0-9])${word.replace(/[^a-z0-9]/g, '\\$&')}`),
    )
    const scored = []
    for (const section of all) {
      const [title, heading, , body, weight] = section.map((part) => String(part).toLowerCase())
      let score = 0
      for (const begin of begins) {
        const one =
          (begin.test(heading) ? 8 : 0) + (begin.test(title) ? 5 : 0) + (begin.test(body) ? 1 : 0)
        if (one === 0) {
          score = 0
          break
        }
        score += one
      }
      if (score > 0) scored.push([score + 3 * Number(weight), section])
    }
    return scored
      .toSorted(([a], [b]) => b - a)
      .slice(0, 12)
      .map(([, section]) => section)
  }

  addEventListener('DOMContentLoaded', () => {
    const menu = document.querySelector('.menu')
    const fit = () => (menu.open = wide.matches)
    fit()
    wide.addEventListener('change', fit)
    menu.querySelector('[aria-current]')?.scrollIntoView({ block: 'center' })
    scrollTo(0, location.hash ? scrollY : 0)

    document.querySelector('#scheme').addEventListener('click', () => {
      const dark = matchMedia('(prefers-color-scheme: dark)').matches
      const now = html.dataset.scheme ?? (dark ? 'dark' : 'light')
      html.dataset.scheme = now === 'dark' ? 'light' : 'dark'
      store.set(html.dataset.scheme)
    })

    const input = document.querySelector('#search')
    const list = document.querySelector('#found')
    let at = -1
    const close = () => {
      list.hidden = true
      at = -1
      input.setAttribute('aria-expanded', 'false')
      input.removeAttribute('aria-activedescendant')
    }
    const show = async () => {
      const text = input.value
      if (text.trim() === '') return close()
      const found = find(await load(), text)
      if (input.value !== text) return
      at = -1
      input.removeAttribute('aria-activedescendant')
      list.replaceChildren(
        ...found.map(([title, heading, href], i) => {
          const row = document.createElement('li')
          const link = document.createElement('a')
          row.id = `found-${i}`
          row.role = 'option'
          link.href = `${root}/${href}`
          link.tabIndex = -1
          const where = document.createElement('small')
          where.textContent = title
          link.append(heading, heading === title ? '' : where)
          row.append(link)
          return row
        }),
      )
      if (found.length === 0) {
        const none = document.createElement('li')
        none.className = 'none'
        none.textContent = 'Nothing found'
        list.append(none)
      }
      list.hidden = false
      input.setAttribute('aria-expanded', 'true')
    }
    input.addEventListener('focus', () => void load())
    input.addEventListener('input', () => void show())
    input.addEventListener('keydown', (event) => {
      const rows = [...list.querySelectorAll('[role=option]')]
      if (event.key === 'Escape') {
        input.value = ''
        close()
      } else if (event.key === 'Enter' && rows.length > 0) {
        rows[Math.max(at, 0)].querySelector('a').click()
      } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault()
        if (rows.length === 0) return
        rows[at]?.removeAttribute('aria-selected')
        at = (at + (event.key === 'ArrowDown' ? 1 : at < 0 ? 0 : -1) + rows.length) % rows.length
        rows[at].setAttribute('aria-selected', 'true')
        rows[at].scrollIntoView({ block: 'nearest' })
        input.setAttribute('aria-activedescendant', rows[at].id)
      }
    })
    document.addEventListener('click', (event) => {
      if (!event.target.closest('.search')) close()
    })
    document.addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.target.closest('input, textarea')) return
      event.preventDefault()
      input.focus()
    })
  })
})()
