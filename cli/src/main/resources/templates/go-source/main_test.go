package main

import (
	"slices"
	"testing"
)

// Tests of what is this connector's own; the acceptance suite looks at the rest. TODO: test what you write.
func TestOnlyWhatIsNewerIsFetchedOldestFirst(t *testing.T) {
	var days []int
	err := fetch(config{Days: 5}, 3, func(p price) error {
		days = append(days, p.Day)
		return nil
	})
	if err != nil || !slices.Equal(days, []int{4, 5}) {
		t.Errorf("days %v, error %v", days, err)
	}
}
