using System.Globalization;
using System.Text;
using CniInvoker;

namespace Bridge.Benchmarks.Invoker;

/// <summary>The C program of Reference/chain.c, which reads the commands to run from two named pipes.</summary>
internal sealed class ReferenceChain : IDisposable
{
    public const string CommandPipe = "commands";
    public const string TimePipe = "times";

    private readonly StreamWriter _commands;
    private readonly StreamReader _times;

    private ReferenceChain(StreamWriter commands, StreamReader times) => (_commands, _times) = (commands, times);

    /// <summary>Writes down what has been run, for the program to do the same, and lets it start.</summary>
    public static ReferenceChain Of(IEnumerable<PluginRequest> requests, string directory)
    {
        foreach (var operation in requests.GroupBy(request => request.Operation.Verb()))
        {
            foreach (var (number, request) in operation.Index())
            {
                var run = Directory.CreateDirectory(Path.Combine(directory, operation.Key, number.ToString(CultureInfo.InvariantCulture)))
                    .FullName;
                File.WriteAllText(Path.Combine(run, "path"), request.Path);
                File.WriteAllText(Path.Combine(run, "environ"),
                    string.Concat(request.Environment.Select(variable => $"{variable.Key}={variable.Value}\0")));
                File.WriteAllText(Path.Combine(run, "stdin"), WithoutPreviousResult(Encoding.UTF8.GetString(request.Stdin.Span)));
            }
        }

        // The program opens them in this order, and opening the one end of a pipe waits for the other.
        var commands =
            new FileStream(Path.Combine(directory, CommandPipe), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var times = new FileStream(Path.Combine(directory, TimePipe), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        return new ReferenceChain(new StreamWriter(commands) { AutoFlush = true, NewLine = "\n" }, new StreamReader(times));
    }

    /// <returns>What the runs of all plugins took together.</returns>
    public TimeSpan Run(CniOperation operation)
    {
        _commands.WriteLine(operation.Verb());
        var answer = _times.ReadLine()
            ?? throw new InvalidOperationException("the reference program has ended; it says why on standard error");
        return TimeSpan.FromMicroseconds(answer.Split(' ').Sum(microseconds => double.Parse(microseconds, CultureInfo.InvariantCulture)));
    }

    public void Dispose()
    {
        _commands.Dispose();
        _times.Dispose();
    }

    // It is the last field, unless there are capabilities: the program adds its own, and the brace.
    private static string WithoutPreviousResult(string stdin)
    {
        var previous = stdin.IndexOf(",\"prevResult\":", StringComparison.Ordinal);
        return previous >= 0 ? stdin[..previous] : stdin[..^1];
    }
}
