using System.Diagnostics;
#if FAULT_POINTS
using System.Globalization;
using CniInvoker;
#endif

namespace Bridge.Adapter.Faults;

/// <summary>
/// The steps between which a crash leaves different things behind: what changes a file, the kernel, or what Docker knows. In a build for
/// tests (<c>-p:FaultPoints=true</c>) the process ends, or the step fails, at the one that a test asks for; in any other build there is no
/// trace of it.
/// <code>
/// $CNM_CNI_FAULT_FILE         "N kill" or "N fail", and a beginning that a step must have to count, or none: counts down at every step, gone when it has
///                             struck; no file, no counting
/// $CNM_CNI_FAULT_FILE.steps   one line for each step that was counted
/// </code>
/// </summary>
internal static class FaultPoint
{
    /// <summary>To be called right before the step.</summary>
    /// <param name="kind">What sort of step.</param>
    /// <param name="subject">What it is about.</param>
    /// <exception cref="IOException">It is to fail.</exception>
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

    /// <summary>A moment in which a plugin that has just been started is at work; nothing in other builds.</summary>
    [Conditional("FAULT_POINTS")]
    public static void PassWhileRunning(FaultKind kind, string subject)
    {
#if FAULT_POINTS
        if (Order is not null && File.Exists(Order))
        {
            Thread.Sleep(4); // Go programs need as long before they begin.
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
            return; // Plugins fail in their own ways.

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
        Thread.Sleep(Timeout.Infinite); // The kernel may need a moment, in which nothing more must happen.
    }
#endif
}
