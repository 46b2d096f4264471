using System.Diagnostics;
#if FAULT_POINTS
using System.Globalization;
using CniInvoker;
#endif

namespace Bridge.Adapter.Faults;

/// <summary>
/// The steps between which a crash leaves different remains: changes of a file, of the kernel, or of what Docker knows. In a test build
/// (<c>-p:FaultPoints=true</c>) the process ends, or the step fails, at the step that a test selects. Other builds do not contain them.
/// <code>
/// $CNM_CNI_FAULT_FILE         "N kill" or "N fail", and optionally a prefix that a step must have to count. Each counted step
///                             decrements N; at 0 the fault happens and the file is deleted. Without the file nothing is counted.
/// $CNM_CNI_FAULT_FILE.steps   one line per counted step
/// </code>
/// </summary>
internal static class FaultPoint
{
    /// <summary>To be called directly before the step.</summary>
    /// <exception cref="IOException">The step is to fail.</exception>
    [Conditional("FAULT_POINTS")]
    public static void Pass(FaultKind kind, string subject)
    {
#if FAULT_POINTS
        lock (Turn)
        {
            if (Order is not null && File.Exists(Order))
                Count(kind, subject);
        }
#endif
    }

    /// <summary>A step during the run of a plugin that has just been started.</summary>
    [Conditional("FAULT_POINTS")]
    public static void PassWhileRunning(FaultKind kind, string subject)
    {
#if FAULT_POINTS
        if (Order is not null && File.Exists(Order))
        {
            Thread.Sleep(4); // The start of a Go program takes about as long.
            Pass(kind, subject);
        }
#endif
    }

#if FAULT_POINTS
    private static readonly Lock Turn = new();
    private static readonly string? Order = Environment.GetEnvironmentVariable("CNM_CNI_FAULT_FILE");

    private static void Count(FaultKind kind, string subject)
    {
        var words = File.ReadAllText(Order!).Split(' ', 3);
        var step = $"{kind} {subject}";
        var fails = words[1] == "fail";
        if (fails && kind is FaultKind.PluginStart or FaultKind.PluginRun or FaultKind.PluginEnd or FaultKind.Answer)
            return; // Test plugins produce their own failures.

        if (!step.StartsWith(words[2], StringComparison.Ordinal))
            return;

        File.AppendAllText(Order + ".steps", $"{step}\n");
        var left = int.Parse(words[0], CultureInfo.InvariantCulture) - 1;
        if (left > 0)
        {
            File.WriteAllText(Order!, $"{left} {words[1]} {words[2]}");
            return;
        }

        File.Delete(Order!);
        if (fails)
            throw new IOException($"no space left on device, says a test at {step}");

        LibC.Kill(Environment.ProcessId);
        Thread.Sleep(Timeout.Infinite); // No further step until the kernel ends the process.
    }
#endif
}

internal enum FaultKind
{
    /// <summary>A durable file is written, renamed or removed.</summary>
    Write,

    /// <summary>A plugin is about to start.</summary>
    PluginStart,

    /// <summary>A plugin is running.</summary>
    PluginRun,

    /// <summary>A plugin has ended, and its result is not recorded yet.</summary>
    PluginEnd,

    /// <summary>A netlink request changes something.</summary>
    Netlink,

    /// <summary>A sysctl of a link is set.</summary>
    Sysctl,

    /// <summary>A namespace is mounted or unmounted, or the file below is made or removed.</summary>
    Mount,

    /// <summary>Docker is about to get its answer, or has got it.</summary>
    Answer,
}
