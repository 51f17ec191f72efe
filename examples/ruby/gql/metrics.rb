# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative 'abi'
require_relative 'callbacks'

module Gql
  # Asks for metrics, and adds them up. A metric is what a plugin's JSON says, as hashes with the names of gql_metrics.
  module Metrics
    # The host's own, as the host library calls them.
    CALLS = 'graphql.host.calls'
    MISUSES = 'graphql.host.misuses'

    ORGANIZATION = 'graphql.organization' # An attribute.

    # Gives out a function that takes metrics, and keeps the texts. Lives for one question.
    class Taker
      include Callbacks

      attr_reader :texts

      def initialize
        @texts = []
      end

      # gql_metrics_fn.
      def function
        callback(:void, %i[pointer pointer uint64], nil) { |_, json, size| @texts << json.read_bytes(size) }
      end

      # gql_pool_metrics_fn, for one instance after the other.
      def keyed_function
        callback(:void, %i[pointer pointer size_t pointer size_t], nil) { |_, _, _, json, size| @texts << json.read_bytes(size) }
      end
    end

    # Metrics by name, whose points are added up by their attributes.
    class Sums
      def initialize
        @metrics = {}
        @points = {} # By the metric's name and the point's attributes.
      end

      # The block, if there is one, takes the attributes of each point and returns those that it gets.
      def add(metrics)
        metrics.each do |metric|
          sum = @metrics[metric['name']] ||= metric.merge('points' => [])
          metric['points'].each { |point| add_point(sum, point, block_given? ? yield(point['attributes']) : point['attributes']) }
        end
      end

      def list
        @metrics.values
      end

      private

      def add_point(metric, point, attributes)
        key = [metric['name'], attributes] # Hashes are equal in any order.
        return combine(metric, @points[key], point) if @points.key?(key)

        metric['points'] << (@points[key] = point.merge('attributes' => attributes))
      end

      # Of a gauge the worst, of all else the sum.
      def combine(metric, sum, point)
        if metric['kind'] == 'histogram'
          sum['buckets'] = sum['buckets'].zip(point['buckets']).map(&:sum)
          %w[count sum].each { |member| sum[member] += point[member] }
        elsif metric['kind'] == 'gauge'
          sum['value'] = [sum['value'], point['value']].public_send(metric['worst'] == 'lowest' ? :min : :max)
        else
          sum['value'] += point['value']
        end
      end
    end

    # Calls the block, which returns a code, with a Taker. Returns a list of metrics for each text that was taken.
    def self.take
      taker = Taker.new
      code = yield(taker)
      raise "metrics can't be read: code #{code}" unless code == Abi::OK

      taker.texts.map { |text| JSON.parse(text.force_encoding(Encoding::UTF_8)) }
    end

    # A metric of the host's own. `values`: by attributes.
    def self.make(name, kind, unit, description, values)
      { 'name' => name, 'kind' => kind, 'unit' => unit, 'description' => description,
        'points' => values.map { |attributes, value| { 'attributes' => attributes, 'value' => value } } }
    end
  end
end
