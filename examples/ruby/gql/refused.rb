# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Gql
  # The failure of loading one plugin, with every reason.
  class Refused < StandardError
    attr_reader :path, :reasons

    def initialize(path, *reasons)
      @path = path
      @reasons = reasons
      super("#{path}: #{reasons.join(' ')}")
    end
  end
end
