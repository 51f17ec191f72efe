# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'minitest'

# Reports TAP with the totals that tests/results.py reads.
class Tap < Minitest::AbstractReporter
  def start
    puts 'TAP version 13'
    @results = []
  end

  def record(result)
    @results << result
    title = "#{result.class_name}: #{result.name.delete_prefix('test_').tr('_', ' ')}"
    puts "#{result.passed? ? 'ok' : 'not ok'} #{@results.size} - #{title}"
    explain(result.failures) unless result.passed?
    $stdout.flush
  end

  def explain(failures)
    puts '  ---', failures.map { |failure| "#{failure.message}\n#{failure.location}".gsub(/^/, '  ') }, '  ...'
  end

  def report
    failed = @results.count { |result| !result.passed? }
    puts "1..#{@results.size}", "# pass #{@results.size - failed}", "# fail #{failed}"
  end

  def passed?
    @results.any? && @results.all?(&:passed?)
  end
end

Minitest.extensions << 'tap'

def Minitest.plugin_tap_init(_options)
  reporter.reporters.replace([Tap.new])
end
