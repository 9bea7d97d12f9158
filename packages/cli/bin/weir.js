#!/usr/bin/env node
// Here before anything is built, so that `npm ci` can link the command.
import '../dist/main.js'
