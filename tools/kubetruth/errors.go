package main

import "errors"

var errFixture = errors.New("no such section in the fixture")
