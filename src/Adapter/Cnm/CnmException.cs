namespace Bridge.Adapter.Cnm;

/// <summary>A refusal whose message goes, as it is, to the person at the docker prompt: what was attempted, on what, why not, what to do.</summary>
internal sealed class CnmException(string message, Exception? innerException = null) : Exception(message, innerException);
