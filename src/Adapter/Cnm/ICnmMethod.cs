namespace Bridge.Adapter.Cnm;

/// <summary>One method of Docker's network driver protocol. Idempotent: Docker repeats calls.</summary>
internal interface ICnmMethod<in TRequest, TResponse>
{
    /// <exception cref="CnmException">The refusal to show at the docker prompt.</exception>
    Task<TResponse> InvokeAsync(TRequest request, CancellationToken cancellationToken);
}

/// <summary>A refusal whose message goes, as it is, to the person at the docker prompt: what was attempted, on what, why not, what to do.</summary>
internal sealed class CnmException(string message, Exception? innerException = null) : Exception(message, innerException);
