import { render } from 'solid-js/web'
import './look/tokens.css'
import './look/components.css'
import './shell/shell.css'
import './overview/overview.css'
import './field/field.css'
import './nodes/nodes.css'
import './panel/panel.css'
import 'uplot/dist/uPlot.min.css'
import { App } from './shell/app.tsx'

render(() => <App />, document.body)
