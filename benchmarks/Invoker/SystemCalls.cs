using System.Globalization;
using Bridge.TestHosts;

namespace Bridge.Benchmarks.Invoker;

/// <summary>System calls of the process that runs plugins, without those of the plugins.</summary>
internal static class SystemCalls
{
    private const int Few = 50;
    private const int Many = 250;
    private const string Counts = "/run/bench/calls";

    /// <summary>
    /// Per plugin run; null without strace. What start and warm-up cost is in two counts alike, and so not in their difference.
    /// </summary>
    /// <param name="host">Where.</param>
    /// <param name="program">The program that runs the plugins.</param>
    /// <param name="netns">The path of a network namespace.</param>
    /// <param name="runs">Plugin runs of one ADD and DEL.</param>
    public static async Task<double?> PerRunAsync(
        TestHost host, string program, string netns, int runs, CancellationToken cancellationToken)
    {
        if ((await host.RunAsync(["sh", "-c", "command -v strace"], cancellationToken)).ExitCode != 0)
            return null;

        return (await CountAsync(Many) - await CountAsync(Few)) / (double)((Many - Few) * runs);

        async Task<int> CountAsync(int count)
        {
            // Detaches from what is executed, which is the plugins. How often idle threads yield before they sleep depends on how long a
            // plugin takes.
            string[] strace = ["strace", "-f", "-b", "execve", "-e", "trace=!sched_yield", "-c", "-U", "calls,name", "-o", Counts];
            var traced =
                await host.RunAsync([.. strace, program, "repeat", netns, count.ToString(CultureInfo.InvariantCulture)], cancellationToken);
            traced.EnsureSuccess();
            var total = (await host.RunAsync(["tail", "-n", "1", Counts], cancellationToken)).EnsureSuccess().Output;
            return int.Parse(total.Trim().Split(' ')[0], CultureInfo.InvariantCulture);
        }
    }
}
