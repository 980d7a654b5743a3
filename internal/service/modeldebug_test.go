package service_test

import "fmt"

func (w *modelWorld) debug(m modelMessage, o any) {
	j, _ := m.DecodeJob()
	fmt.Println("DEBUG", w.step, j, j.Kind, j.Event, j.Action, m.try.Number, o)
}
