import { ActionIcon, Kbd, Menu, Modal, useMantineColorScheme } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useSearch } from '@tanstack/react-router'
import {
  IconAdjustmentsHorizontal,
  IconBell,
  IconBox,
  IconChartLine,
  IconLayoutDashboard,
  IconGauge,
  IconKeyboard,
  IconLayoutList,
  IconLogs,
  IconMoon,
  IconSearch,
  IconSun,
  IconSunMoon,
  IconTargetArrow,
} from '@tabler/icons-react'
import {
  Suspense,
  lazy,
  useCallback,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { AccountMenu } from '../access/account.tsx'
import { ExposedBanner } from '../access/exposed-banner.tsx'
import { LooksOnly } from '../access/looks-only.tsx'
import { useLoginWanted } from '../access/login-wanted.ts'
import { useConnectionLost } from '../api/connection.ts'
import {
  BOARD_SHORTCUTS,
  type Command,
  SEQUENCE_MS,
  SHORTCUTS,
  isTyping,
  press,
} from './shortcuts.ts'

const PAGES = [
  { to: '/', title: 'Overview', Icon: IconLayoutList },
  { to: '/dashboards', title: 'Dashboards', Icon: IconLayoutDashboard },
  { to: '/explore', title: 'Explore', Icon: IconChartLine },
  { to: '/logs', title: 'Logs', Icon: IconLogs },
  { to: '/alerts', title: 'Alerts', Icon: IconBell },
  { to: '/targets', title: 'Targets', Icon: IconTargetArrow },
  { to: '/loggers', title: 'Loggers', Icon: IconAdjustmentsHorizontal },
  { to: '/packs', title: 'Packs', Icon: IconBox },
  { to: '/status', title: 'Status', Icon: IconGauge },
] as const

const LoginHere = lazy(async () => ({
  default: (await import('../access/login-here.tsx')).LoginHere,
}))
const LoginAgain = lazy(async () => ({
  default: (await import('../access/login-again.tsx')).LoginAgain,
}))
const Palette = lazy(async () => ({ default: (await import('../palette/palette.tsx')).Palette }))

/** What is around every page: the bar, the keys, the word when Weir is gone. */
export function Frame(): React.JSX.Element {
  const lost = useConnectionLost()
  const [help, setHelp] = useState(false)
  // Its code comes when it is first wanted.
  const [palette, setPalette] = useState({ opened: false, wasWanted: false })
  const showHelp = useCallback(() => setHelp(true), [])
  const showPalette = useCallback(() => setPalette({ opened: true, wasWanted: true }), [])
  useKeys(showHelp, showPalette)
  const { wall, kiosk } = useSearch({ strict: false })
  useKiosk(kiosk !== undefined)
  const { mustLogIn, wantsLogin, isAtDoor } = useLoginWanted()
  return (
    <>
      <header className="bar" hidden={wall !== undefined}>
        <div className="bar-in">
          <Link to="/" className="brand" aria-label="Weir: overview">
            <Mark />
            <span>Weir</span>
          </Link>
          <nav className="nav" aria-label="Pages" hidden={mustLogIn || isAtDoor}>
            {PAGES.map(({ to, title, Icon }) => (
              <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
                <Icon size={17} stroke={1.7} aria-hidden />
                <span>{title}</span>
              </Link>
            ))}
          </nav>
          <div className="bar-tools">
            <ActionIcon
              variant="subtle"
              color="gray"
              size={34}
              aria-label="Go to…"
              title="Go to… (Ctrl K)"
              onClick={showPalette}
            >
              <IconSearch size={18} stroke={1.6} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={34}
              aria-label="Keyboard shortcuts"
              onClick={showHelp}
            >
              <IconKeyboard size={18} stroke={1.6} />
            </ActionIcon>
            <SchemeMenu />
            <LooksOnly />
            <AccountMenu />
          </div>
        </div>
      </header>
      {lost ? (
        <div className="lost" role="alert">
          Connection to Weir lost. Showing what was known; trying again…
        </div>
      ) : null}
      <main className="main" id="main">
        {mustLogIn ? (
          <Suspense fallback={null}>
            <LoginHere />
          </Suspense>
        ) : (
          <Outlet />
        )}
      </main>
      {wantsLogin && !mustLogIn ? (
        <Suspense fallback={null}>
          <LoginAgain />
        </Suspense>
      ) : null}
      <ExposedBanner />
      <Modal opened={help} onClose={() => setHelp(false)} title="Keyboard shortcuts" size="sm">
        <ShortcutTable label="Everywhere" list={SHORTCUTS} />
        <h3 style={{ margin: '14px 0 4px', fontSize: 13 }}>On a dashboard</h3>
        <ShortcutTable label="On a dashboard" list={BOARD_SHORTCUTS} />
      </Modal>
      {palette.wasWanted ? (
        <Suspense fallback={null}>
          <Palette
            opened={palette.opened}
            onClose={() => setPalette({ opened: false, wasWanted: true })}
            showHelp={showHelp}
          />
        </Suspense>
      ) : null}
    </>
  )
}

/** Hides the bars around a dashboard; before anything is painted, so that nothing moves up. */
function useKiosk(isOn: boolean): void {
  useLayoutEffect(() => {
    if (!isOn) return undefined
    document.documentElement.dataset['kiosk'] = ''
    return () => {
      delete document.documentElement.dataset['kiosk']
    }
  }, [isOn])
}

/** A wall across water, with the notch at which it is measured. */
function Mark(): React.JSX.Element {
  return (
    <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden>
      <path
        d="M3 11c2.200-2 4.200-2 6.500 0s4.200 2 6.500 0 4.200-2 6.500 0 4.200 2 6.500 0"
        fill="none"
        stroke="var(--water)"
        strokeWidth="2.600"
        strokeLinecap="round"
      />
      <path d="M2 17h9l5 7 5-7h9v11H2z" fill="var(--ink)" />
    </svg>
  )
}

function SchemeMenu(): React.JSX.Element {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const Icon = { light: IconSun, dark: IconMoon, auto: IconSunMoon }[colorScheme]
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={34} aria-label="Light or dark">
          <Icon size={18} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconSun size={15} />} onClick={() => setColorScheme('light')}>
          Light
        </Menu.Item>
        <Menu.Item leftSection={<IconMoon size={15} />} onClick={() => setColorScheme('dark')}>
          Dark
        </Menu.Item>
        <Menu.Item leftSection={<IconSunMoon size={15} />} onClick={() => setColorScheme('auto')}>
          As the system
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function ShortcutTable(props: {
  readonly label: string
  readonly list: readonly { readonly keys: readonly string[]; readonly title: string }[]
}): React.JSX.Element {
  return (
    <table className="plain" aria-label={props.label}>
      <tbody>
        {props.list.map(({ keys, title }) => (
          <tr key={title}>
            <td>{title}</td>
            <td className="right">
              {keys.map((key) => (
                <Kbd key={key} ml={4}>
                  {key}
                </Kbd>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Listens to keys for the whole page. Range commands go to whoever listens on the window. */
function useKeys(showHelp: () => void, showPalette: () => void): void {
  const navigate = useNavigate()
  const client = useQueryClient()
  const { toggleColorScheme } = useMantineColorScheme()
  const pending = useRef({ key: '', at: 0 })

  const run = useEffectEvent((command: Command): void => {
    switch (command.kind) {
      case 'go':
        void navigate({ to: command.to })
        break
      case 'help':
        showHelp()
        break
      case 'refresh':
        void client.invalidateQueries()
        break
      case 'theme':
        toggleColorScheme()
        break
      case 'search':
        document.querySelector<HTMLElement>('[data-search]')?.focus()
        break
      case 'wall':
        void navigate({
          to: '/',
          search: (before) => ({ ...before, wall: before.wall === undefined ? '1' : undefined }),
        })
        break
      case 'zoom-out':
      case 'back':
      case 'forth':
        window.dispatchEvent(new CustomEvent('weir-range', { detail: command.kind }))
    }
  })

  const open = useEffectEvent(showPalette)

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // While somebody types too.
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        open()
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const before = event.timeStamp - pending.current.at < SEQUENCE_MS ? pending.current.key : ''
      const next = press(before, event.key)
      pending.current = { key: next.pending, at: event.timeStamp }
      if (next.command === undefined) return
      event.preventDefault()
      run(next.command)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
