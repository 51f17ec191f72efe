# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# run.rb [NAME…]: runs test_NAME.rb in this folder, by default all, and prints TAP. BUILD: a build folder other than build/.
require_relative 'helper'
names = ARGV.empty? ? Dir.children(__dir__).grep(/\Atest_/).sort : ARGV.map { |name| "test_#{name}.rb" }
names.each { |name| require_relative name }
ARGV.clear # minitest parses the remaining arguments.
require 'minitest/autorun'
