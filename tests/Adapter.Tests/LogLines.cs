using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Bridge.Adapter.Tests;

/// <summary>What was logged, as people read it.</summary>
internal sealed class LogLines<T> : ILogger<T>
{
    // Calls that end together log together.
    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyList<string> Lines => [.. _lines];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) => _lines.Enqueue(formatter(state, exception));
}
