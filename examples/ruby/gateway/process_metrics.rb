# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'etc'
require_relative '../gql/metrics'

module Gateway
  # What the system tells of this process, by the names that Prometheus' clients use.
  module ProcessMetrics
    STARTED = Time.now.to_f

    def self.list
      [
        make('process.cpu', 'counter', 's', 'Processor time that was spent', Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)),
        make('process.resident_memory', 'gauge', 'By', 'Resident memory', resident_memory),
        make('process.start_time', 'gauge', 's', 'When the process started, in Unix time', STARTED),
        make('process.open_fds', 'gauge', '1', 'Open file descriptors', Dir.children('/proc/self/fd').size)
      ]
    end

    def self.make(*about, value)
      Gql::Metrics.make(*about, { {} => value })
    end

    def self.resident_memory
      File.read('/proc/self/statm').split[1].to_i * Etc.sysconf(Etc::SC_PAGESIZE)
    end

    private_class_method :make, :resident_memory
  end
end
